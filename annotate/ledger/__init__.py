"""The ledger: completions are paid for once, within a budget, and never lost."""

from annotate.ledger.keys import base_seed, request_id, rollout_id
from annotate.ledger.ledger import Ledger, Seat, Spent, make_seat
from annotate.ledger.purse import Budget, Purse, discard_tickets

__all__ = [
    "Budget",
    "Ledger",
    "Purse",
    "Seat",
    "Spent",
    "base_seed",
    "discard_tickets",
    "make_seat",
    "request_id",
    "rollout_id",
]
