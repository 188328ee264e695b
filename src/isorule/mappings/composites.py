"""Values that one side keeps whole and the other in parts: paths, accounts, lists of hashes, command lines.

`…_outward` goes from Sigma's taxonomy to the other, `…_inward` back. Both take one value test, never a list.
"""

from __future__ import annotations

import re
from typing import Final

from isorule.diagnostics import Effect
from isorule.ir.axes import Case, RegexFlavor
from isorule.ir.losses import refusal
from isorule.ir.matchers import Equals, Like, LikePart, Matcher, Present, Regex, Wildcard
from isorule.mappings.parts import (
    Remark,
    Translated,
    accepts,
    any_of,
    case_of,
    joined,
    one,
    parts_of,
    with_parts,
    with_text,
)
from isorule.mappings.taxonomy import Account, FieldRow, Hashes

_HASH: Final = re.compile(r"(?:([A-Za-z0-9]+)=)?([0-9A-Fa-f]*)")
_HEX: Final = re.compile(r"[0-9A-Fa-f]{8,}")
_RUN: Final = Wildcard.RUN
_ACCOUNT_SEPARATOR: Final = "\\"


def path_outward(row: FieldRow, matcher: Matcher, separator: str) -> Translated:
    """A path; `*\\name` becomes the name of the file, which is the part after the last separator."""
    match matcher:
        case Like((Wildcard.RUN, str() as end)) if row.names and end.rfind(separator) == 0 and len(end) > 1:
            return any_of(row.names, with_text(matcher, end[1:]))
        case _:
            return any_of(row.paths, matcher)


def name_inward(row: FieldRow, matcher: Matcher, separator: str, *, negative: bool) -> Translated:
    """The name of a file as the end of its path. A wildcard must not reach over a separator.

    Where that cannot be said, a pattern that does reach over it matches more; under a negation, where it would match
    less, a regular expression says it.
    """
    parts = parts_of(matcher)
    if isinstance(matcher, Present):
        return one(row.sigma, matcher)
    if parts is None:
        raise refusal("value-in-parts", f"the name of a file in {row.sigma} is compared by more than its text")
    if all(isinstance(part, str) for part in parts):
        return one(row.sigma, with_parts(matcher, (_RUN, separator, *parts)))
    if parts[0] is _RUN and len(parts) == 2 and separator not in str(parts[1]):
        return one(row.sigma, with_parts(matcher, parts))
    if negative:
        written = "".join(_within(part, separator) for part in parts)
        return one(row.sigma, Regex(f"{re.escape(separator)}{written}$", RegexFlavor.SIGMA, case_of(matcher)))
    message = "the pattern for the name of a file may reach over a separator of its path"
    return one(
        row.sigma, with_parts(matcher, (_RUN, separator, *parts)), Remark("name-as-path", Effect.WIDENS, message)
    )


def _within(part: LikePart, separator: str) -> str:
    other = f"[^{re.escape(separator)}]"
    return other + "*" if part is _RUN else other if part is Wildcard.ONE else re.escape(str(part))


def extension_inward(row: FieldRow, matcher: Matcher) -> Translated:
    """What stands after the last dot of a path, as its end."""
    parts = parts_of(matcher)
    if isinstance(matcher, Present):
        return one(row.sigma, Like((_RUN, ".", _RUN), Case.INSENSITIVE))
    if parts is None or "." in parts:
        raise refusal("value-in-parts", f"the extension in {row.sigma} is compared by more than its text")
    if all(isinstance(part, str) for part in parts):
        return one(row.sigma, with_parts(matcher, (_RUN, ".", *parts)))
    message = "the pattern for the extension of a file may reach over a dot of its path"
    return one(row.sigma, with_parts(matcher, (_RUN, ".", *parts)), Remark("name-as-path", Effect.WIDENS, message))


def argument_inward(row: FieldRow, matcher: Matcher) -> Translated:
    """A word of a command line as a text somewhere in it."""
    parts = parts_of(matcher)
    if isinstance(matcher, Present):
        return one(row.sigma, matcher)
    if parts is None:
        raise refusal("value-in-parts", "an argument of a command line is compared by more than its text")
    message = "one argument of the command line becomes a text anywhere in it"
    return one(
        row.sigma, with_parts(matcher, (_RUN, *parts, _RUN)), Remark("arguments-as-text", Effect.WIDENS, message)
    )


def account_outward(row: FieldRow, account: Account, matcher: Matcher) -> Translated:
    """`DOMAIN\\name` as a domain and a name."""
    parts = parts_of(matcher)
    if isinstance(matcher, Present):
        return one(account.name, matcher)
    if parts is None:
        raise refusal("value-in-parts", f"{row.sigma} is kept in two fields, of which this cannot be asked")
    written = "".join(part if isinstance(part, str) else "" for part in parts)
    if _ACCOUNT_SEPARATOR in written:
        if written.count(_ACCOUNT_SEPARATOR) > 1:
            raise refusal("value-in-parts", f"{row.sigma} has one `\\` between domain and name, this asks for more")
        before, after = _cut(parts)
        sides = [(account.domain, before), (account.name, after)]
        asked = tuple((path, with_parts(matcher, side)) for path, side in sides if side != (_RUN,))
        return Translated((asked or ((account.name, Present()),),))
    if parts[0] is _RUN and parts[-1] is _RUN:
        return any_of((account.domain, account.name), matcher)
    if parts[0] is _RUN:
        return one(account.name, matcher)
    if parts[-1] is _RUN:
        return one(account.domain, matcher)
    message = f"{row.sigma} without a domain becomes a name, whatever its domain"
    return one(account.name, matcher, Remark("account-without-domain", Effect.WIDENS, message))


def _cut(parts: tuple[LikePart, ...]) -> tuple[tuple[LikePart, ...], tuple[LikePart, ...]]:
    """What stands before and after the separator."""
    for at, part in enumerate(parts):
        if isinstance(part, str) and _ACCOUNT_SEPARATOR in part:
            left, _, right = part.partition(_ACCOUNT_SEPARATOR)
            before = (*parts[:at], *((left,) if left else ()))
            after = (*((right,) if right else ()), *parts[at + 1 :])
            return before, after
    raise AssertionError("there is a separator")


def account_inward(row: FieldRow, matcher: Matcher, *, is_domain: bool) -> Translated:
    """A domain or a name as the beginning or the end of `DOMAIN\\name`."""
    parts = parts_of(matcher)
    if isinstance(matcher, Present):
        return one(row.sigma, matcher)
    if parts is None:
        raise refusal("value-in-parts", f"a part of {row.sigma} is compared by more than its text")
    if is_domain:
        return one(row.sigma, with_parts(matcher, (*parts, _ACCOUNT_SEPARATOR, _RUN)))
    return one(row.sigma, with_parts(matcher, (_RUN, _ACCOUNT_SEPARATOR, *parts)))


def hashes_outward(row: FieldRow, hashes: Hashes, matcher: Matcher) -> Translated:
    """`*SHA256=…*` as a test on the fields of that algorithm; a hash without algorithm may be any of them."""
    parts = parts_of(matcher)
    paths = tuple(path for _, path in hashes.fields)
    if isinstance(matcher, Present):
        return any_of(paths, matcher)
    text = "".join(part for part in parts or () if isinstance(part, str))
    found = _HASH.fullmatch(text)
    wild = parts is not None and all(isinstance(part, str) or part is _RUN for part in parts)
    if found is None or not wild or len([part for part in parts or () if isinstance(part, str)]) != 1:
        raise refusal("hash-list", f"{row.sigma} is a list of hashes, of which this cannot be asked")
    algorithm, digest = found[1], found[2]
    if algorithm is not None:
        paths = _paths_of(hashes, algorithm)
        if not paths:
            raise refusal("hash-list", f"no field holds the hash {algorithm}")
        if not digest:
            return any_of(paths, Present(), Remark("hash-without-value", Effect.NARROWS, _WITHOUT_VALUE))
        whole = len(digest) >= _LENGTHS.get(algorithm.upper(), 1)
        return any_of(paths, with_parts(matcher, (digest,) if whole else (digest, _RUN)), *_of_list(hashes, parts))
    return any_of(
        tuple(path for name, path in hashes.fields if _LENGTHS.get(name) == len(digest)) or paths,
        with_parts(matcher, (digest,) if len(digest) >= 32 else (_RUN, digest, _RUN)),
        *_of_list(hashes, parts),
    )


def _of_list(hashes: Hashes, parts: tuple[LikePart, ...] | None) -> tuple[Remark, ...]:
    """The remark for a hash that is asked to be the whole list, or its beginning or end."""
    if parts is None or len(hashes.fields) < 2 or (parts[0] is _RUN and parts[-1] is _RUN):
        return ()
    message = "a hash that must be the whole list of hashes, or stand first or last in it, is found among others, too"
    return (Remark("hash-of-list", Effect.WIDENS, message),)


_WITHOUT_VALUE: Final = "a hash without a value is no field on the other side"


def zero_hashes(hashes: Hashes, matcher: Matcher) -> list[str]:
    """The fields of a hash that consists of zeros, which is how Sysmon writes that there is none."""
    texts = [part for part in parts_of(matcher) or () if isinstance(part, str)]
    found = _HASH.fullmatch("".join(texts))
    if found is None or found[1] is None or not found[2] or found[2].strip("0"):
        return []
    return [*_paths_of(hashes, found[1])]


_LENGTHS: Final = {"MD5": 32, "SHA1": 40, "SHA256": 64, "IMPHASH": 32}


def _paths_of(hashes: Hashes, algorithm: str) -> tuple[str, ...]:
    return tuple(path for name, path in hashes.fields if name == algorithm.upper())


def hash_inward(row: FieldRow, algorithm: str, matcher: Matcher) -> Translated:
    """A hash as a part of the list."""
    parts = parts_of(matcher)
    if isinstance(matcher, Present):
        return one(row.sigma, Like((_RUN, f"{algorithm}=", _RUN), Case.INSENSITIVE))
    if parts is None or parts[0] is _RUN:
        raise refusal("hash-list", f"{row.sigma} is a list of hashes, of which this cannot be asked")
    return one(row.sigma, with_parts(matcher, (_RUN, f"{algorithm}=", *parts, _RUN)))


def reading_inward(
    sigma: str,
    values: tuple[tuple[str, str], ...],
    wider: tuple[tuple[str, tuple[str, ...]], ...],
    matcher: Matcher,
    *,
    negative: bool,
) -> Translated | None:
    """A value that only the other side has, by a table; None where the table does not have it."""
    known = [(value, means) for value, means in values if accepts(matcher, value)]
    if isinstance(matcher, Present) or not known:
        return None
    loose = dict(wider)
    found: list[Translated] = []
    for value, means in known:
        if value not in loose:
            found.append(one(sigma, Equals(int(means) if means.isdigit() else means, Case.INSENSITIVE)))
            continue
        remark = Remark(
            "sid-as-name", Effect.NARROWS if negative else Effect.WIDENS, f"{value} becomes the account's name"
        )
        if negative:
            found.append(one(sigma, Equals(means, Case.INSENSITIVE), remark))
        else:
            found += [one(sigma, Like((_RUN, text, _RUN), Case.INSENSITIVE), remark) for text in loose[value]]
    return joined(found)
