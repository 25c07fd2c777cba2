"""Is it right? Checks that need no model: arithmetic, final answers."""
