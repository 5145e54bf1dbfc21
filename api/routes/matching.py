"""POST /v1/matches, /v1/prospects and /v1/readings: the main job (匹配、名单、理解).

The routes are `def`: the work is done by the processor and must not hold up the event loop.
"""

from typing import Annotated

from fastapi import APIRouter, Response

from api.access.audit import Action
from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.exchange.answers import match_answer_document, prospect_answer_document, reading_document
from api.routes.match_answers import MatchesAnswer, ProspectsAnswer, ReadingAnswer
from api.routes.responses import answered, json_response
from api.routes.services import Service, allowed
from api.schemas import MatchBody, ProspectBody, ReadingBody
from api.transport.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["匹配"], route_class=StrictRoute)

MatchAsker = Annotated[Viewer, allowed(Permission.MATCH_ASK)]
ProspectReader = Annotated[Viewer, allowed(Permission.PROSPECT_READ)]


@router.post("/matches", summary="为企业、团队或载体推荐资源", responses=answered(MatchesAnswer))
def post_matches(body: MatchBody, services: Service, viewer: MatchAsker) -> Response:
    """给出一段话、一个已入库的主体，或两者；返回按匹配度排列的资源，附逐条资格、理由、差距与待补充字段。"""
    answer = services.matchmaker.match(viewer, body.request())
    return json_response(match_answer_document(answer))


@router.post("/prospects", summary="为一项资源给出企业名单", responses=answered(ProspectsAnswer))
def post_prospects(body: ProspectBody, services: Service, viewer: ProspectReader) -> Response:
    """返回按匹配度排列的企业（载体资源则为团队与企业），附逐条资格与理由，可供审计。未经企业授权的只给出画像，不含名称等。"""
    answer = services.matchmaker.prospects(viewer, body.request())
    seekers = [match.seeker_id for match in answer.matches]
    document = prospect_answer_document(answer, services.sights.masker(viewer, seekers))
    services.audit.seen(viewer, Action.PROSPECTS_SEEN, subjects=seekers, detail={"offer": answer.offer.id})
    return json_response(document)


@router.post("/readings", summary="理解一段文字", responses=answered(ReadingAnswer))
def post_readings(body: ReadingBody, services: Service, _viewer: MatchAsker) -> Response:
    """返回从文字中读出的字段值及其原话，以及没有读懂的部分；可据此更正后放入 /v1/matches 的 facts。"""
    return json_response(reading_document(services.matchmaker.read(body.text, body.at)))
