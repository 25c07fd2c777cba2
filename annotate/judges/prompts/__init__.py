"""Texts of judge prompts, one file each: `{problem}` and `{steps}` stand for what is judged."""
