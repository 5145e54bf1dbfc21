"""How many random examples a test draws: a third of them in the gate, all with RONGTONG_THOROUGH=1."""

import os


def examples(most: int) -> int:
    """So many examples where there is time, a third of them where there is not."""
    return most if os.environ.get("RONGTONG_THOROUGH") else most // 3
