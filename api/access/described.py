"""The table of permissions as people read it (权限表): printed by `rongtong account roles`, shown in docs/access.md."""

from api.access.permissions import PERMISSION_LABELS, REACH_LABELS, TABLE
from api.access.viewers import ROLE_LABELS


def permission_table() -> str:
    """Give the table in Markdown: a line a permission, a column a role."""
    head = ["权限", "", *ROLE_LABELS.values()]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for permission, row in TABLE.items():
        cells = (REACH_LABELS[row[role]] for role in ROLE_LABELS)
        lines.append(f"| `{permission.value}` | {PERMISSION_LABELS[permission]} | {' | '.join(cells)} |")
    return "\n".join(lines)
