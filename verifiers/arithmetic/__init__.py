"""Closed equations, judged with exact numbers. Scan, find chains, parse, evaluate, judge."""

from verifiers.arithmetic.verifier import Arithmetic

__all__ = ["Arithmetic"]
