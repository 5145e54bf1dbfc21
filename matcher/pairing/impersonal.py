"""An order that uses nothing of the seeker (不针对个人特征的排列): by the day an offer was published, then by name.

个人信息保护法 24 and 算法推荐管理规定 17 give everybody the right to it. Nothing is judged either: each condition is
shown as one that the seeker may check.
"""

from matcher.eligibility.evaluation import evaluate
from matcher.needs import Seeker
from matcher.offers import Offer
from matcher.pairing.explaining import explanation, unknowns
from matcher.pairing.matches import Match
from matcher.pairing.offer_shelf import OfferShelf
from matcher.pairing.pipeline import Wish

REASON = "按发布日期和名称排列，没有使用贵单位的任何信息"


def list_offers(seeker: Seeker, offers: OfferShelf, wish: Wish) -> tuple[list[Match], int]:
    """The offers that seekers of this kind may ask for, the latest first, without a score; also how many there are.

    Of the seeker only the kind (企业、团队、载体) decides, by which an offer's audience is told.
    """
    considered = offers.admission.open_to(seeker.kind, "", wish.kinds, wish.at)
    found = sorted((offers.offers[place] for place in considered), key=_order)
    return [_shown(seeker, offer) for offer in found[: wish.limit]], len(found)


def _order(offer: Offer) -> tuple[int, str, str]:
    day = offer.effective_from or offer.observed_on
    return (-day.toordinal() if day else 0, offer.name, offer.id)


def _shown(seeker: Seeker, offer: Offer) -> Match:
    eligibility = evaluate(offer.criteria, {})
    return Match(
        seeker_id=seeker.id,
        seeker_name=seeker.name,
        seeker_synthetic=seeker.synthetic,
        offer=offer,
        score=0.0,
        contributions=(),
        eligibility=eligibility,
        reasons=(REASON,),
        gaps=(),
        unknowns=unknowns(eligibility),
        explanation=explanation(eligibility, offer),
        seeker_kind=seeker.kind,
    )
