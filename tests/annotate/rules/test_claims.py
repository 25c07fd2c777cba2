"""Claims in the posterior: how they are read, and what they change."""

from dataclasses import replace

from annotate.estimates import fit_evidence
from annotate.rules import SHIPPED, Case, PosteriorRule
from annotate.rules.claims import SHIPPED_CLAIMS, Claim, read_claims
from annotate.worlds.rates import RateWorld
from benchmarks.labelling.simulated import audited
from schemas import Evidence, FindingVerdict, FirstErrorVerdict, Scope, SourceKind
from tests.annotate.rules.gathered import (
    PROBLEM,
    chain,
    decide,
    opinion,
    root,
    row,
    steps,
    wrong,
)


def finding(solution: object, step: int, verdict: FindingVerdict) -> Evidence:
    """Return what a verifier says of a step."""
    return row(
        solution,  # type: ignore[arg-type]  # a Solution
        step,
        Scope.STEP,
        SourceKind.VERIFIER,
        source="arithmetic",
        verdict=verdict,
    )


def test_claims_name_places_among_labelled_steps() -> None:
    """A verifier's first refutation; each opinion that can be read; an observation has no place."""
    solution = chain("a\n", "b\n", "c\n", "d\n", observed=(1,))
    rows = (
        finding(solution, 0, FindingVerdict.NO_OBJECTION),
        finding(solution, 3, FindingVerdict.INCORRECT),
        finding(solution, 2, FindingVerdict.INCORRECT),
        opinion(solution, 2, ordinal=0, usable=True),
        opinion(solution, None, ordinal=1, usable=True),
        opinion(solution, 0, ordinal=2, usable=False),
    )
    (claims,) = read_claims(Case(problem=PROBLEM, solutions=(solution,), evidence=rows))

    assert [(claim.kind, claim.named) for claim in claims] == [
        (SourceKind.JUDGE, 1),
        (SourceKind.JUDGE, None),
        (SourceKind.VERIFIER, 1),
    ]


def test_a_verifier_that_could_check_nothing_claims_nothing() -> None:
    """Not that there is no error."""
    solution = steps(2)
    rows = (finding(solution, 0, FindingVerdict.NOT_APPLICABLE),)

    assert read_claims(Case(problem=PROBLEM, solutions=(solution,), evidence=rows)) == [()]


def test_a_refuted_step_is_the_likeliest_first_error() -> None:
    """Where nothing else is known; and it is not decided by the outcome alone."""
    solution = steps(6)
    known = (root(8, 16), wrong(solution))
    refuted = finding(solution, 3, FindingVerdict.INCORRECT)

    told = decide(PosteriorRule(), solution, *known, refuted)
    plain = decide(PosteriorRule(), solution, *known)

    assert (told.first_error, told.step_index) == (FirstErrorVerdict.FOUND, 3)
    assert plain.first_error is FirstErrorVerdict.UNDECIDED


def test_equal_opinions_of_one_judge_count_once() -> None:
    """They repeat each other."""
    solution = steps(4)
    known = (root(8, 16), wrong(solution))
    one = [opinion(solution, 2, ordinal=0, usable=True)]
    five = [opinion(solution, 2, ordinal=n, usable=True) for n in range(5)]

    assert (
        decide(PosteriorRule(), solution, *known, *one).posterior
        == decide(PosteriorRule(), solution, *known, *five).posterior
    )


def test_who_is_right_is_told_from_who_guesses() -> None:
    """From rollouts alone: one source names the first error, the other any step."""
    world = RateWorld(name="claimed", recovery=0.0, max_steps=7)
    solutions = world.solutions(60)
    observed = [
        replace(
            one,
            claims=(
                Claim(source="sharp", kind=SourceKind.JUDGE, named=solution.first_error),
                Claim(source="blind", kind=SourceKind.JUDGE, named=n % solution.n_steps),
            ),
        )
        for n, (one, solution) in enumerate(
            zip(audited(world, 60, k=16, first=0), solutions, strict=True)
        )
    ]
    fitted = fit_evidence(observed, SHIPPED, "policy").claims

    assert fitted["sharp"].hit > 0.75
    assert fitted["blind"].hit < 0.35
    unclaimed = [replace(one, claims=()) for one in observed]
    assert fit_evidence(unclaimed, SHIPPED, "policy").claims == {}
    assert set(SHIPPED_CLAIMS) == {SourceKind.JUDGE, SourceKind.VERIFIER}
