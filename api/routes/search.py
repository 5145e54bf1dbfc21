"""POST /v1/parties/search: the operator's search of the library of parties (主体检索)."""

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import ConfigDict, Field, StrictInt

from api.access.audit import Action
from api.access.permissions import Permission, Reach, reach_of
from api.access.viewers import Viewer
from api.exchange.filters import read_filter, require_profile
from api.exchange.found import search_document
from api.routes.answers import SearchAnswer
from api.routes.responses import answered, json_response
from api.routes.services import Service, allowed
from api.schemas import Day, Text, Wire
from api.searching import SearchRequest
from api.transport.strict_json import StrictRoute
from matcher.fields import PartyKind

router = APIRouter(prefix="/v1/parties", tags=["主体"], route_class=StrictRoute)

PartySearcher = Annotated[Viewer, allowed(Permission.PARTY_SEARCH)]

MAX_FOUND = 1_000
"""The most parties that one search answers with."""
_EXAMPLE: dict[str, Any] = {
    "text": "体外诊断试剂研发",
    "where": {
        "all": [
            {"field": "region", "operator": "under", "value": ["苏州市"]},
            {"field": "founded_on", "operator": "ge", "value": "2018-01-01"},
        ]
    },
    "kind": "enterprise",
    "limit": 20,
}


class SearchBody(Wire):
    """What is looked for: at least one of `text`, `where` and `kind`."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    text: Text = Field("", description="用自己的话说要找做什么的主体；按相近程度排列")
    where: dict[str, Any] | None = Field(
        None,
        description="条件：{field, operator, value}，或由 all、any（可带 least）、not 组合；与资源目录的条件同一写法，"
        "地区、行业、选项可写名称。只列确定满足的，资料不全的不列",
    )
    kind: PartyKind | None = Field(None, description="主体类型；不填为全部")
    limit: Annotated[StrictInt, Field(ge=1, le=MAX_FOUND)] = Field(100, description="结果数")
    at: Day | None = Field(None, description="按哪一天的数据判断；不填为今天（北京时间）")

    def request(self) -> SearchRequest:
        """The domain's request; raises `InvalidNeed` for a filter that cannot be read."""
        where = None if self.where is None else read_filter(self.where)
        return SearchRequest(self.text, where, self.kind, self.limit, self.at)


@router.post("/search", summary="检索主体", responses=answered(SearchAnswer))
def post_search(body: SearchBody, services: Service, viewer: PartySearcher) -> Response:
    """按文字、条件或两者检索本平台的主体。在满足条件的全部主体中精确取最相近的；不给文字时按入库先后。"""
    request = body.request()
    everything = reach_of(viewer, Permission.PARTY_SEARCH) is Reach.TENANT
    if not everything and request.where is not None:
        require_profile(request.where)
    answer = services.searching.search(viewer, request)
    ids = [item.party.id for item in answer.found]
    document = search_document(request, answer)
    masker = services.sights.masker(viewer, ids)
    document["parties"] = [masker.seen(item, number) for number, item in enumerate(document["parties"], 1)]
    if not everything:
        document["considered"] = len(ids)
    services.audit.seen(viewer, Action.PARTIES_FOUND, subjects=ids)
    return json_response(document)
