"""What the command ``ask`` prints: the answer with its receipt, the reasons of a row, and the bank as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from failuregraph.answer.chart_asked import asked_for, labels_of
from failuregraph.answer.drawing import counted
from failuregraph.answer.receipt import FILE, Edition, origin_of, receipt, text_of, with_file
from failuregraph.cli.graph import interruptible, say_registries, store_of
from failuregraph.cli.output import chosen, emit, plain, render
from failuregraph.errors import Unsupported
from failuregraph.names import BASE, shorten
from failuregraph.query import QueryFile, answer_to, run, settled
from failuregraph.store import OxigraphStore, Table, number, text
from failuregraph.turtle import save

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from failuregraph.answer.receipt import Difference
    from failuregraph.answer.why import Reasons
    from failuregraph.project import Project
    from failuregraph.store import Store, Term

__all__ = ["Asked", "listing", "run_all", "show_answer", "show_reasons", "verdicts"]


@dataclass(frozen=True)
class Asked:
    """A question that was asked of a project, with its parameters as terms and the store that answers."""

    project: Project
    question: QueryFile
    terms: dict[str, Term]
    store: Store
    given: frozenset[str] = frozenset()

    @classmethod
    def of(cls, project: Project, name: str, params: Mapping[str, str], url: str | None = None) -> Asked:
        """Return the question of that name with its parameters; raises WrongUse for one that cannot be right.

        What can be told of it without the graph is told before anything is loaded.
        """
        question = QueryFile.named(project.answers, name)
        question.bind(params)
        store = store_of(project, url)
        return cls(project, question, settled(store, question, params), store, frozenset(params))

    def said(self) -> str:
        """Return for what it was asked: each parameter that has a value, in words, and where that is the default."""
        labels = labels_of(self.store, self.terms)
        parts = ((name, asked_for(self.question, {name: term}, labels)) for name, term in self.terms.items())
        return "; ".join(part + ("" if name in self.given else " (default)") for name, part in parts)

    def say(self) -> None:
        """Say on stderr for what it was asked, which an answer itself does not state."""
        if self.terms:
            click.echo(self.said(), err=True)

    def table(self) -> Table:
        """Return the answer, and say on stderr what it was drawn from, and why it is empty where it is."""
        with interruptible():
            table = answer_to(self.store, self.question, self.terms)
        self.say()
        say_registries(self.project, self.store)
        if not table.rows:
            click.echo(_why_empty(self.question), err=True)
        return table


def show_answer(
    asked: Asked,
    form: str | None,
    color: bool | None,  # noqa: FBT001 - as render takes it
    output: Path | None,
    wanted: Path | None,
) -> None:
    """Print or write the answer; what is written to a file has its receipt beside it."""
    table = asked.table()
    stated = {}
    if wanted or output or form == "chart":
        stated = receipt(Edition.answering(asked.project, asked.store), asked.question, asked.terms, table)
    data = _charted(asked, table, stated) if form == "chart" else render(table, form, color=color)
    emit(data, output)
    if output is not None:
        stated = with_file(stated, output, "svg" if form == "chart" else chosen(table, form), data)
    path = wanted or (output.with_name(f"{output.name}.receipt.json") if output else None)
    if path is not None:
        save(path, text_of(stated))


def _charted(asked: Asked, table: Table, stated: Mapping[str, Any]) -> bytes:
    from failuregraph.answer.chart import chart

    source = f"{'; '.join(stated['attribution'])}. {origin_of(stated)}, {stated['licence']}"
    return chart(asked.question, table, source, asked.terms, labels_of(asked.store, asked.terms)).encode()


def show_reasons(
    asked: Asked,
    row: int,
    form: str | None,
    color: bool | None,  # noqa: FBT001 - as above
    output: Path | None,
    *,
    totals: bool = False,
) -> None:
    """Print the statements that a row rests on; stderr says which row it is, and what each of its counts counts.

    What only the totals of the row rest on is told as a number, and with ``totals`` printed after all else.
    """
    from failuregraph.answer.why import reasons

    if not isinstance(asked.store, OxigraphStore):
        raise Unsupported("A remote store", "--why, which reads graph by graph")
    found = reasons(asked.store, asked.question, asked.terms, row)
    asked.say()
    values = ", ".join(f"{name} {plain(term)}" for name, term in zip(found.columns, found.row, strict=True))
    click.echo(f"Row {row}: {values}", err=True)
    for line in _counted(found, totals=totals):
        click.echo(line, err=True)
    members = ", ".join(shorten(each) for each in found.members)
    click.echo(f"It rests on {len(found.members)} incidents or hazards: {members or 'none'}", err=True)
    columns = ("subject", "predicate", "object", "asserted_in", "licence", "supported_by")
    rows = tuple(
        tuple(
            text(_short(value))
            for value in (each.subject, each.predicate, each.object, each.graph, each.licence, each.support)
        )
        for each in (*found.statements, *(found.of_totals if totals else ()))
    )
    emit(render(Table(columns, rows), form, color=color), output)
    if found.of_totals:
        click.echo(_of_totals(found, totals=totals), err=True)


def _counted(found: Reasons, *, totals: bool) -> Iterator[str]:
    """Yield a line for each count of a row with the names of its members; a total is opened where that is wanted."""
    for each in found.counts:
        if each.total and not totals:
            yield f"{each.column}: {each.value}, a total, not of this row alone"
        elif each.members is None:
            yield f"{each.column}: {each.value}, which cannot be told one by one"
        else:
            names = (_short(member).removeprefix("incident:") for member in each.members)
            yield f"{each.column}: {', '.join(names) or 'none'}"


def _of_totals(found: Reasons, *, totals: bool) -> str:
    """Return the sentence that says how many statements only the totals of a row rest on, and where they are."""
    more = len(found.of_totals)
    if totals:
        return f"At the end, {counted(more, 'row')}: what its totals alone rest on."
    return f"Its totals alone rest on {counted(more, 'further statement')}; --totals prints them after these."


def _short(value: str) -> str:
    """Return an IRI of this graph without the base, another with its prefix, a text as it is."""
    found = shorten(value)
    return value.removeprefix(BASE) if found == value else found


def _why_empty(question: QueryFile) -> str:
    return f"{question.name} has no rows: {question.said('empty') or 'no record has the facts that it reads.'}"


def listing(project: Project) -> Table:
    """Return the bank: name and question of each."""
    questions = QueryFile.folder(project.answers)
    return Table(("name", "question"), tuple((text(each.name), text(each.said("question"))) for each in questions))


def run_all(project: Project, url: str | None = None) -> Table:
    """Return for each question how many rows it has with its defaults, and why it has none."""
    store = store_of(project, url)
    say_registries(project, store)
    rows = []
    with interruptible():
        for question in QueryFile.folder(project.answers):
            found = len(run(store, question).rows)
            rows.append((text(question.name), number(found), text("" if found else _why_empty(question))))
    return Table(("name", "rows", "why_empty"), tuple(rows))


def verdicts(found: Sequence[Difference]) -> Iterator[str]:
    """Yield a line for each thing that a receipt states, and one for the whole."""
    for each in found:
        yield f"{each.what}: {_verdict(each)}"
    broken = [each.what for each in found if each.binding and not each.same]
    if broken == [FILE]:
        yield "The answer is that of the receipt, but the file beside it is another."
    elif broken:
        yield f"The answer is not that of the receipt: {', '.join(broken)}."
    else:
        yield "The answer is that of the receipt."


def _verdict(found: Difference) -> str:
    if not found.here:
        return "not here"
    return "same" if found.same else f"differs: stated {found.stated}, found {found.found}"
