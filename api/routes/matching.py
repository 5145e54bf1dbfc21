"""POST /v1/matches, /v1/prospects and /v1/readings: the main job (匹配、名单、理解).

The routes are `def`: the work is done by the processor and must not hold up the event loop.
"""

from fastapi import APIRouter, Response

from api.exchange.documents import Document, json_value, match_document, offer_summary, value_text
from api.requests import Versions
from api.routes.answers import MatchesAnswer, ProspectsAnswer, ReadingAnswer, answered, json_response
from api.routes.services import Asker, Service
from api.schemas import MatchBody, ProspectBody, ReadingBody
from api.transport.strict_json import StrictRoute
from matcher.declarations.registry import REGISTRY
from matcher.needs import Reading, Seeker

router = APIRouter(prefix="/v1", tags=["匹配"], route_class=StrictRoute)


@router.post("/matches", summary="为企业、团队或载体推荐资源", responses=answered(MatchesAnswer))
def post_matches(body: MatchBody, services: Service, viewer: Asker) -> Response:
    """给出一段话、一个已入库的主体，或两者；返回按匹配度排列的资源，附逐条资格、理由、差距与待补充字段。"""
    answer = services.matchmaker.match(viewer, body.request())
    return json_response(
        {
            "seeker": _seeker(answer.seeker),
            "understood": reading_document(answer.seeker.reading),
            "matches": [match_document(match) for match in answer.matches],
            "considered": answer.considered,
            "versions": _versions(answer.versions),
        }
    )


@router.post("/prospects", summary="为一项资源给出企业名单", responses=answered(ProspectsAnswer))
def post_prospects(body: ProspectBody, services: Service, viewer: Asker) -> Response:
    """返回按匹配度排列的企业（载体资源则为团队与企业），附逐条资格与理由，可供审计。"""
    answer = services.matchmaker.prospects(viewer, body.request())
    return json_response(
        {
            "offer": offer_summary(answer.offer),
            "matches": [match_document(match) for match in answer.matches],
            "considered": answer.considered,
            "eligible": answer.eligible,
            "versions": _versions(answer.versions),
        }
    )


@router.post("/readings", summary="理解一段文字", responses=answered(ReadingAnswer))
def post_readings(body: ReadingBody, services: Service) -> Response:
    """返回从文字中读出的字段值及其原话，以及没有读懂的部分；可据此更正后放入 /v1/matches 的 facts。"""
    return json_response(reading_document(services.matchmaker.read(body.text, body.at)))


def reading_document(reading: Reading) -> Document:
    """What was understood of a text (已理解), as JSON. `facts` can be sent back, corrected, with the next question."""
    return {
        "statements": [
            {
                "field": item.field,
                "label": REGISTRY[item.field].label,
                "value": json_value(item.value),
                "text": value_text(item.field, item.value),
                "words": item.words,
            }
            for item in reading.understood
        ],
        "facts": {code: json_value(value) for code, value in reading.values.items()},
        "kinds": [kind.value for kind in reading.kinds],
        "not_understood": list(reading.not_understood),
    }


def _seeker(seeker: Seeker) -> Document:
    return {
        "id": seeker.id or None,
        "kind": seeker.kind.value,
        "name": seeker.name or None,
        "synthetic": seeker.synthetic,
    }


def _versions(versions: Versions) -> Document:
    return {
        "encoder": versions.encoder,
        "catalogue": versions.catalogue,
        "evaluated_on": versions.evaluated_on.isoformat(),
    }
