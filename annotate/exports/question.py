"""A problem as one text, for formats without room for a conversation. Pure."""

from annotate.exports.format import Skipped, SkipReason
from annotate.exports.row import ExportRow


def single_question(row: ExportRow) -> str | Skipped:
    """Return the problem's only message beside system messages, or why there is none such."""
    asked = [message for message in row.messages if message.role != "system"]
    if len(asked) != 1:
        return Skipped(reason=SkipReason.SEVERAL_TURNS)
    return asked[0].text
