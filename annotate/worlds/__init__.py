"""Worlds with exact truth: what policies and methods are measured against."""
