"""Only the modules made for it touch what the libraries that we stand on do not promise."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ["attendance", "commands", "db", "demo", "gql", "importing", "mail", "workers"]
MAY = {
    "db/asyncpg_internals.py",
    "gql/protocol/strawberry_internals.py",
    "gql/protocol/graphql_internals.py",
    "gql/protocol/uvicorn_internals.py",
    "db/redis_internals.py",
    "workers/arq_internals.py",
}
# The modules that the libraries' documentation imports from.
PUBLIC = {
    "strawberry": {
        "", "dataloader", "exceptions", "extensions", "schema.config", "schema.name_converter", "types", "types.field",
        "types.scalar", "utils.str_converters",
    },
    "graphql": {"", "error", "execution", "language", "type", "utilities", "validation"},
    "uvicorn": {"", "config"},
    "asyncpg": {"", "exceptions"},
    "arq": {"", "connections", "cron", "typing", "worker"},
    "redis": {"", "asyncio", "asyncio.client", "asyncio.connection", "asyncio.retry", "backoff", "exceptions"},
}  # fmt: skip
MODULES = sorted(path.relative_to(ROOT).as_posix() for folder in OURS for path in (ROOT / folder).rglob("*.py")) + [
    path.name for path in ROOT.glob("*.py")
]


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names if alias.name.startswith("_"))


def is_promised(module: str) -> bool:
    package, _, rest = module.partition(".")
    return package not in PUBLIC or rest in PUBLIC[package]


def private_names(tree: ast.AST) -> Iterator[str]:
    """Return the private attributes of anything but the object or the class itself, also those read by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and not _is_own(node.value):
            yield from filter(_is_private, [node.attr])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"getattr", "setattr"}:
            name = node.args[1]
            yield from filter(_is_private, [name.value] if isinstance(name, ast.Constant) else [])
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("__strawberry"):
            yield node.value


def _is_private(name: object) -> bool:
    # The standard library promises `_make` of named tuples.
    return (
        isinstance(name, str)
        and name.startswith("_")
        and name != "_make"
        and not (name.startswith("__") and name.endswith("__"))
    )


def _is_own(value: ast.expr) -> bool:
    return isinstance(value, ast.Name) and value.id in {"self", "cls"}


def touched(module: str) -> list[str]:
    """What the module touches that the libraries do not promise."""
    tree = ast.parse((ROOT / module).read_text())
    imported = list(imports(tree))
    found = [name for name in imported if not is_promised(name)]
    if module.startswith(("gql/", "workers/")) or any(name.partition(".")[0] in PUBLIC for name in imported):
        found += private_names(tree)
    return found


def test_only_the_modules_made_for_it_touch_what_the_libraries_do_not_promise() -> None:
    """One test for all modules: a thousand tests of a millisecond each take three times as long."""
    assert {module: names for module in MODULES if module not in MAY and (names := touched(module))} == {}
    assert [module for module in sorted(MAY) if not touched(module)] == []
