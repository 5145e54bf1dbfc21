"""The errors of the domain: what was found, what was expected, what to do."""

from typing import ClassVar


class MatcherError(Exception):
    """Base of every error that `matcher` raises on purpose.

    The three parts are Chinese sentences without a closing full stop; `code` is stable and meant for machines.
    """

    code: ClassVar[str] = "matcher_error"

    def __init__(self, *, found: str, expected: str, remedy: str) -> None:
        self.found = found
        self.expected = expected
        self.remedy = remedy
        super().__init__(f"{found}；应为：{expected}。{remedy}。")


class InvalidValue(MatcherError):
    """A value that a field cannot take (字段值不合规)."""

    code = "invalid_value"


class UnknownField(MatcherError):
    """A field code that the registry does not hold (字段不存在)."""

    code = "unknown_field"


class UnknownPlace(MatcherError):
    """A region or zone that the taxonomy does not hold (地区不存在)."""

    code = "unknown_place"


class UnknownIndustry(MatcherError):
    """An industry code that GB/T 4754-2017 does not hold (行业代码不存在)."""

    code = "unknown_industry"


class InvalidNeed(MatcherError):
    """A request for matches that cannot be answered (需求不合规)."""

    code = "invalid_need"


class InvalidCatalogue(MatcherError):
    """A catalogue file that is not loaded, with the file and the entry at fault (资源目录不合规).

    `where` is the file and the entry, `line` its line counted from 1; `parts` are the single faults of a whole file.
    """

    code = "invalid_catalogue"

    def __init__(
        self,
        *,
        found: str,
        expected: str,
        remedy: str,
        where: str = "",
        line: int | None = None,
        parts: tuple["InvalidCatalogue", ...] = (),
    ) -> None:
        self.where, self.line, self.fault, self.parts = where, line, found, parts
        place = where if line is None else f"{where} 第 {line} 行"
        super().__init__(found=f"{place}：{found}" if where else found, expected=expected, remedy=remedy)


class InvalidLoan(MatcherError):
    """A loan's file that benefits and costs cannot be worked out from (贷款文件不合规)."""

    code = "invalid_loan"


class UnknownOffer(MatcherError):
    """No offer with this id (资源不存在)."""

    code = "unknown_offer"


class UnknownParty(MatcherError):
    """No party with this id (主体不存在)."""

    code = "unknown_party"


class InvalidCampaign(MatcherError):
    """A campaign's plan that cannot be run, or data that does not fit it (活动方案不合规)."""

    code = "invalid_campaign"


class InvalidOutcome(MatcherError):
    """A result sent back that cannot follow what is known of the match (反馈不合规)."""

    code = "invalid_outcome"


class ClaimRefused(MatcherError):
    """A claim on a posted need that cannot be granted: it is full, over, or withdrawn (抢单未成)."""

    code = "claim_refused"


class InvalidDeal(MatcherError):
    """An entry in a deal's or a fund's history that cannot be read as one (项目记录不合规)."""

    code = "invalid_deal"


class DealRefused(MatcherError):
    """A move, vote or payment that the pipeline forbids (流程不允许): which gate, which article, what is missing.

    `gate` is the code of what stands in the way and `missing` are Chinese phrases, one for each thing that is lacking.
    """

    code = "deal_refused"

    def __init__(
        self, *, found: str, expected: str, remedy: str, gate: str = "", missing: tuple[str, ...] = ()
    ) -> None:
        self.gate, self.missing = gate, missing
        super().__init__(found=found, expected=expected, remedy=remedy)
