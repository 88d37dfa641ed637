"""The documents of known clients. A client names one by its id and does not send its text ("documentId", from the draft
on persisted documents of the specification of GraphQL over HTTP). A server can accept no others.

A manifest is a JSON object that gives the text of each document by its SHA-256 in hexadecimal, as GraphQL Code
Generator writes it. The id of a document is this hash after "sha256:".
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from gql.protocol.errors import BadInput, DocumentNotTrusted, PersistedQueryNotSupported

_PREFIX = "sha256:"


class ManifestFault(Exception):
    """A manifest cannot be used. The sentence says which, and what is wrong with it."""


class Manifests:
    """The manifests at some paths. A build of clients may replace them while the process runs."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        self._seen = self._stamps()

    def read(self) -> list[str]:
        """Return the texts of all documents. Raises ManifestFault."""
        return read_manifests(self._paths)

    def read_if_changed(self) -> list[str]:
        """Return the texts of manifests that have changed since they were read, or nothing.

        A manifest that a build has not finished is read the next time.
        """
        stamps = self._stamps()
        if stamps == self._seen:
            return []
        try:
            texts = self.read()
        except ManifestFault:
            return []
        self._seen = stamps
        return texts

    def _stamps(self) -> list[tuple[int, int] | None]:
        return [_stamp_of(path) for path in self._paths]


class TrustedDocuments:
    """The texts of documents by their ids."""

    def __init__(
        self, texts: Iterable[str] = (), *, only: bool = False, further: Callable[[], Iterable[str]] = tuple
    ) -> None:
        """
        only -- refuse all other documents
        further -- is asked for more texts when a document is not known. Earlier ones stay, for pages that are open.
        """
        self._texts = {_hash_of(text): text for text in texts}
        self._only = only
        self._further = further

    def __iter__(self) -> Any:
        return iter(self._texts.values())

    def text_of(self, request: Mapping[str, Any], extensions: Mapping[str, Any]) -> str:
        """Return the text of the document that a request sends or names.

        request -- the decoded JSON with "query" or "documentId"
        extensions -- its extensions, where Apollo's clients put the hash of a document

        Raises BadInput when it does neither or both, DocumentNotTrusted, and PersistedQueryNotSupported for an unknown
        hash of Apollo's clients, which then send the text.
        """
        query, name = request.get("query"), request.get("documentId")
        if name is not None:
            return self._named(name, query)
        if query is None and isinstance(persisted := extensions.get("persistedQuery"), dict):
            found = self._find(str(persisted.get("sha256Hash")))
            if found is None:
                raise PersistedQueryNotSupported
            return found
        if not isinstance(query, str) or not query.strip():
            raise BadInput('"query" must be a string that holds a GraphQL document.')
        if self._only and self._find(_hash_of(query)) is None:
            raise DocumentNotTrusted(
                "This server accepts only the documents of its own clients, and this is none of them."
            )
        return query

    def _named(self, name: object, query: object) -> str:
        if query is not None:
            raise BadInput('Send either "query" or "documentId".')
        if not isinstance(name, str) or not name.startswith(_PREFIX):
            raise BadInput(f'"documentId" must be a string that begins with "{_PREFIX}".')
        found = self._find(name.removeprefix(_PREFIX))
        if found is None:
            raise DocumentNotTrusted("This server does not know the document of this id.")
        return found

    def _find(self, digest: str) -> str | None:
        if digest not in self._texts:
            self._texts.update({_hash_of(text): text for text in self._further()})
        return self._texts.get(digest)


NONE_TRUSTED = TrustedDocuments()


def read_manifests(paths: Iterable[Path]) -> list[str]:
    """Return the texts of the documents in manifests. Raises ManifestFault."""
    return [text for path in paths for text in _read(path)]


def _read(path: Path) -> list[str]:
    try:
        manifest = orjson.loads(path.read_bytes())
    except OSError as fault:
        raise ManifestFault(f"{path} cannot be read: {fault.strerror}.") from None
    except orjson.JSONDecodeError as fault:
        raise ManifestFault(f"{path} is not JSON: {fault}.") from None
    if not isinstance(manifest, dict) or not all(isinstance(text, str) for text in manifest.values()):
        raise ManifestFault(f"{path} is not a JSON object with the text of a document by its SHA-256.")
    for name, text in manifest.items():
        if name.removeprefix(_PREFIX) != _hash_of(text):
            raise ManifestFault(f"{path} has a document under {name!r}, but its SHA-256 is {_hash_of(text)}.")
    return list(manifest.values())


def _stamp_of(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _hash_of(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
