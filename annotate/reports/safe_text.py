"""Text from data for a terminal: no markup, no control characters. Pure."""

from rich.text import Text

_KEPT = "\n\t"
_CONTROLS = {
    code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in _KEPT
}


def safe_text(text: str, *, style: str = "") -> Text:
    """Return `text` to be shown as it is: an escape sequence in data never reaches the terminal.

    Args:
        text: Any text.
        style: How it is shown; empty for plain.
    """
    return Text(text.translate(_CONTROLS), style=style)
