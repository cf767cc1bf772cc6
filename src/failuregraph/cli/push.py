"""The command that loads a store elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from failuregraph.cli.root import WITH, shared

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["push_command"]


@click.command("push")
@click.argument("url")
@click.option("--update", "update_url", metavar="URL", help="Where updates are sent; default: the same address.")
@click.option("--graph-store", "graph_store", metavar="URL", help="Use the Graph Store Protocol at this address.")
@WITH
@click.pass_context
def push_command(
    context: click.Context, url: str, update_url: str | None, graph_store: str | None, imports: tuple[Path, ...]
) -> None:
    """Load the graph, as a release has it, into the store whose SPARQL endpoint is URL.

    Each named graph is replaced, by SPARQL Update in batches, or by a PUT of the Graph Store Protocol.
    Afterwards the statements of each graph are counted there; a difference ends with 4.
    User and password are those of FAILUREGRAPH_STORE_USER and FAILUREGRAPH_STORE_PASSWORD.

    Example: failuregraph push http://127.0.0.1:7878/query --update http://127.0.0.1:7878/update
    """
    from failuregraph.cli.graph import interruptible
    from failuregraph.cli.progress import bar
    from failuregraph.dumps import dumps_of, served
    from failuregraph.errors import WrongUse
    from failuregraph.remote import loading
    from failuregraph.remote.store import SparqlStore
    from failuregraph.remote.transport import Remote

    if update_url and graph_store:
        message = "--update and --graph-store are two ways to load; give one."
        raise WrongUse(message)
    store = SparqlStore.at(url)
    target = Remote.at(graph_store or update_url or url)
    graphs = loading.by_graph(served(dumps_of(shared(context).graph(imports))))
    load = loading.put if graph_store else loading.update
    with bar() as advance, interruptible():
        for done, _ in enumerate(load(target, graphs), 1):
            advance("Loading graphs", done, len(graphs))
        loading.compare(store, graphs)
    click.echo(f"{url}: {len(graphs)} graphs, {sum(map(len, graphs.values()))} statements, as counted there.")
