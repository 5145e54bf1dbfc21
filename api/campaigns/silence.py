"""The encoder of a run that was frozen under another one (编码模型已更换): it has a name, and nothing to say."""

from collections.abc import Sequence
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from api.errors import WrongCampaignState
from matcher.pairing.ports import TextEncoder


class SilentEncoder:
    """Stands for the encoder that a run was frozen with; whoever asks it for a vector is told what to do.

    What needs no vector is still answered: conditions, lists, candidates and their points were kept by the run.
    """

    def __init__(self, fingerprint: str, serving: TextEncoder) -> None:
        self.fingerprint = fingerprint
        self.dimension = serving.dimension
        self._serving = serving.fingerprint

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:  # noqa: ARG002  # the protocol's names
        """Raise `WrongCampaignState`."""
        self._refuse()

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:  # noqa: ARG002  # the protocol's names
        """Raise `WrongCampaignState`."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise WrongCampaignState(
            found=f"这次运行由编码模型 {self.fingerprint} 固定，现在使用的是 {self._serving}",
            expected="同一编码模型，才能重新算出匹配度",
            remedy="请重新运行一次活动，或把 RONGTONG_ENCODER 改回当时的模型后再问",
        )
