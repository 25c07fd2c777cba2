"""Who says so, and how sure: inputs, storage, strategies, rules, methods, the command line."""
