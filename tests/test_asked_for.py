"""For what a question was asked: one line on standard error, and nothing of it in the answer."""

from __future__ import annotations

import pytest
from test_cli import Run, run

__all__ = ["run"]
VENDORS = ("ask", "compare-two-vendors", "-p", "vendor_a=fabrikam-bank", "-p", "vendor_b=northwind-group")


def test_a_value_that_was_given_is_told_by_its_label(run: Run) -> None:
    """The parameter and the organisation by their labels, and no word of a default."""
    done = run("ask", "organisation-profile", "-p", "organisation=fabrikam-bank")
    assert "Organisation: Fabrikam Bank" in done.err.splitlines()


def test_a_default_is_told_as_one(run: Run) -> None:
    """Who gave nothing learns what was taken; a number stands as it is."""
    done = run("ask", "control-leverage")
    assert "Lowest severity rank (1 Low to 4 Catastrophic): 3 (default)" in done.err.splitlines()


def test_the_line_is_the_key_to_first_and_second(run: Run) -> None:
    """The columns of compare-two-vendors are called first and second; which is which stands in one line."""
    told = "First vendor: Fabrikam Bank; Second vendor: Northwind Group; AI surface or wing: Chatbot (default)"
    assert told in run(*VENDORS).err.splitlines()


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "xml", "jsonl", "md", "table"])
def test_nothing_is_added_to_the_answer(run: Run, form: str) -> None:
    """Standard output has the columns and rows alone, in every format."""
    done = run(*VENDORS, "--format", form)
    assert "Chatbot" not in done.out
    assert "Second vendor" not in done.out
    assert "Chatbot (default)" in done.err


def test_the_reasons_of_a_row_say_it_too(run: Run) -> None:
    """--why is asked for the same things."""
    done = run("ask", "control-leverage", "--why", "1")
    assert "Lowest severity rank (1 Low to 4 Catastrophic): 3 (default)" == done.err.splitlines()[0]


def test_a_question_without_parameters_says_nothing(run: Run) -> None:
    """There is no empty line."""
    assert "" == run("ask", "headline-counts").err


def test_a_chart_says_it_in_the_picture(run: Run) -> None:
    """A drawing travels alone: the organisation stands in it."""
    drawn = run("ask", "organisation-profile", "-p", "organisation=fabrikam-bank", "--format", "chart").out
    assert "Organisation: Fabrikam Bank" in drawn
