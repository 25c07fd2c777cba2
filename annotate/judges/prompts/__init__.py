"""Texts of judge prompts, one file each.

`{problem}` and `{steps}` stand for what is judged, `{reference}` for the text of `reference.txt`
where the judge is shown the accepted answer (`{answer}`), and for nothing where it is not.
"""
