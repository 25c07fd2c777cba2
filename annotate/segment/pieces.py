"""Merge neighbouring pieces into fewer of about equal length. Pure."""

from itertools import groupby

from schemas import Piece


def merge(pieces: tuple[Piece, ...], n_pieces: int) -> tuple[Piece, ...]:
    """Return at most `n_pieces` pieces, or one per run of equal kind where there are more runs.

    Cuts stay where they were; of these, each run keeps the ones nearest to equal lengths. A run
    gets a share of `n_pieces` by its length, at least one.

    Args:
        pieces: At least one.
        n_pieces: >= 1.
    """
    runs = [tuple(run) for _, run in groupby(pieces, key=lambda piece: piece.kind)]
    lengths = [sum(len(piece.text) for piece in run) for run in runs]
    spare = max(0, n_pieces - len(runs))
    total = sum(lengths)
    merged: list[Piece] = []
    for run, length in zip(runs, lengths, strict=True):
        share = 1 + (spare * length // total if total else 0)
        merged.extend(_merge_run(run, share))
    return tuple(merged)


def _merge_run(run: tuple[Piece, ...], n_pieces: int) -> list[Piece]:
    total = sum(len(piece.text) for piece in run)
    texts: list[list[str]] = [[]]
    end = 0
    for index, piece in enumerate(run):
        texts[-1].append(piece.text)
        end += len(piece.text)
        left = len(run) - index - 1
        goal = total * len(texts) / n_pieces
        following = len(run[index + 1].text) if left else 0
        nearest = goal - end < end + following - goal
        if left and len(texts) < n_pieces and nearest:
            texts.append([])
    return [Piece(text="".join(text), kind=run[0].kind) for text in texts]
