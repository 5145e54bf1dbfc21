"""GET /v1/algorithm and /v1/reviews: how ranking works, and asking for a person (算法说明、人工复核)."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.clock import today
from api.exchange.algorithm import algorithm_document
from api.exchange.consents import review_document
from api.exchange.documents import tags_document
from api.routes.consent_answers import AlgorithmAnswer, ReviewAnswer, ReviewsAnswer, TagsAnswer
from api.routes.once import WritesOnce
from api.routes.responses import answered, json_response
from api.routes.services import Service, allowed
from api.schemas import Identifier, Wire
from api.transport.strict_json import StrictRoute
from matcher.pairing.scoring import Scoring

router = APIRouter(prefix="/v1", tags=["算法与复核"], route_class=StrictRoute)

TagWriter = Annotated[Viewer, allowed(Permission.PARTY_WRITE)]
TagReader = Annotated[Viewer, allowed(Permission.PARTY_READ)]
AnyReader = Annotated[Viewer, allowed(Permission.FIELD_READ)]
ReviewAsker = Annotated[Viewer, allowed(Permission.REVIEW_ASK)]
ReviewReader = Annotated[Viewer, allowed(Permission.REVIEW_READ)]
ReviewAnswerer = Annotated[Viewer, allowed(Permission.REVIEW_ANSWER)]
ReviewId = Annotated[Identifier, Path(description="复核编号")]
PartyId = Annotated[Identifier, Path(description="主体编号")]
TagField = Annotated[Identifier, Path(description="字段代码，见推断的标签")]
Words = Annotated[str, Field(min_length=1, max_length=2_000)]


class ReviewBody(Wire):
    """What should be looked at again, and why."""

    subject: Identifier = Field(description="结果：资源编号或名单编号")
    reason: Words = Field(description="为什么请人工复核")


class ReviewAnswerBody(Wire):
    """What a person found."""

    answer: Words = Field(description="复核的答复")


@router.get("/algorithm", summary="算法说明", responses=answered(AlgorithmAnswer))
def get_algorithm(_viewer: AnyReader) -> Response:
    """排序的目的、原理、各项权重，以及可以要求什么；与正在使用的权重同出一处。"""
    return json_response(algorithm_document(Scoring()))


@router.get("/parties/{party_id}/tags", summary="推断的标签", responses=answered(TagsAnswer, 404))
def get_tags(party_id: PartyId, services: Service, viewer: TagReader) -> Response:
    """系统推断了什么、由什么推断；不认可的，可以删除，或填写该字段即以所填为准。只有本单位与平台可见。"""
    return json_response(tags_document(services.tags.of(viewer, party_id), today()))


@router.delete("/parties/{party_id}/tags/{tag}", summary="删除推断的标签", responses=answered(TagsAnswer, 404))
def delete_tag(party_id: PartyId, tag: TagField, services: Service, viewer: TagWriter, once: WritesOnce) -> Response:
    """立即生效：不再推断，也不用于匹配，直到恢复或自行填写该字段。依据《算法推荐管理规定》第十七条。"""
    return once.answer(lambda: json_response(tags_document(services.tags.delete(viewer, party_id, tag), today())))


@router.put("/parties/{party_id}/tags/{tag}", summary="恢复推断的标签", responses=answered(TagsAnswer, 404))
def put_tag(party_id: PartyId, tag: TagField, services: Service, viewer: TagWriter, once: WritesOnce) -> Response:
    """取消删除，由已知的字段重新推断。"""
    return once.answer(lambda: json_response(tags_document(services.tags.restore(viewer, party_id, tag), today())))


@router.post("/reviews", summary="申请人工复核", status_code=201, responses=answered(ReviewAnswer, 201))
def post_review(body: ReviewBody, services: Service, viewer: ReviewAsker, once: WritesOnce) -> Response:
    """请平台工作人员复核一项结果，并得到答复。"""
    return once.answer(
        lambda: json_response(review_document(services.reviews.ask(viewer, body.subject, body.reason)), 201)
    )


@router.get("/reviews", summary="人工复核", responses=answered(ReviewsAnswer))
def get_reviews(
    services: Service,
    viewer: ReviewReader,
    waiting: Annotated[bool, Query(description="只要尚未答复的")] = False,
) -> Response:
    """平台看到全部，其余看到自己的；未答复的在前。"""
    found = [review_document(item) for item in services.reviews.list(viewer, waiting=waiting)]
    return json_response({"count": len(found), "reviews": found})


@router.get("/reviews/{review_id}", summary="一项人工复核", responses=answered(ReviewAnswer, 404))
def get_review(review_id: ReviewId, services: Service, viewer: ReviewReader) -> Response:
    """理由与答复。"""
    return json_response(review_document(services.reviews.get(viewer, review_id)))


@router.post("/reviews/{review_id}/answer", summary="答复人工复核", responses=answered(ReviewAnswer, 404, 409))
def post_answer(
    review_id: ReviewId, body: ReviewAnswerBody, services: Service, viewer: ReviewAnswerer, once: WritesOnce
) -> Response:
    """答复一次；已有答复的答 409。"""
    return once.answer(lambda: json_response(review_document(services.reviews.answer(viewer, review_id, body.answer))))
