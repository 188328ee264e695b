"""The fields of the generated events, and the values that generated queries and events draw from.

The values are chosen to be awkward: letter case that folds in unusual ways, wildcard and escape characters, numbers
and dates as text, texts that one type reads and another does not.
"""

from __future__ import annotations

from isorule.ir.schema import FieldType, schema_from

SCHEMA = schema_from(
    {
        "@timestamp": "date",
        "event.category": "keyword",
        "event.code": "keyword",
        "process.name": "keyword",
        "process.args": "keyword",
        "process.command_line": "keyword",
        "process.command_line.text": "text",
        "process.pid": "long",
        "user.name": {"type": "keyword", "normalizer": "lowercase"},
        "message": "text",
        "event.success": "boolean",
        "event.risk": "double",
        "source.ip": "ip",
        "items": "nested",
        "items.name": "keyword",
        "items.size": "long",
    }
)

PATHS = tuple(path for path, info in SCHEMA.fields.items() if info.type is not FieldType.NESTED)
ROOT_PATHS = tuple(path for path in PATHS if not path.startswith("items."))

WORDS = (
    *("cmd.exe", "CMD.EXE", "Cmd.Exe", "powershell.exe", "rundll32.exe", "svchost", "a", "A", "aa", "abc", "ABC"),
    *("C:\\Windows\\System32\\cmd.exe", "c:\\windows\\system32\\CMD.exe", "\\\\host\\share", "a\\", "\\", "a\\*b"),
    *("*", "?", "a*b", "a?b", "ab", "a**b", "*a", "b*", "[a]", "(x)", "{y}", 'say "hi"', "it's", "a:b", "a/b", "/"),
    *("two words", " lead", "trail ", "tab\tbed", "line\nbreak", "-dash", "+plus", "!bang", "~", "^", "a&&b", "a||b"),
    *(
        "<5",
        ">=5",
        "#hash",
        "@at",
        "$x",
        "50%",
        "a=b",
        "a,b",
        "a;b",
        "x_y",
        "and",
        "or",
        "not",
        "AND",
        "NOT me",
        "null",
    ),
    *("true", "false", "True", "TO", "1", "01", "1.0", "4688", "-5", "1e3", "0x10", "10.0.0.1", "2024-05-01", "now-1d"),
    *(
        "straße",
        "STRASSE",
        "STRAßE",
        "Straẞe",
        "\u212aelvin",
        "kelvin",
        "KELVIN",
        "\u017fort",
        "sort",
        "SORT",
        "Ærø",
        "æRØ",
    ),
    *(
        "İstanbul",
        "istanbul",
        "ISTANBUL",
        "ı",
        "i",
        "I",
        "ΣΑΣ",
        "σας",
        "ÜBER",
        "über",
        "ǅ",
        "ǆ",
        "😀",
        "a😀b",
        "e\u0301",
    ),
    *("", "x" * 40),
)
CATEGORIES = ("process", "network", "file", "Process", "any")
SENTENCES = (
    *("The quick brown fox", "quick brown", "brown quick fox", "THE QUICK", "fox-brown", "quick_brown", "don't stop"),
    *(
        "user=admin path=C:\\Temp\\x.exe",
        "x.exe",
        "exe",
        "3.14",
        "3,14",
        "1,000.50",
        "a.b.c",
        "host:web01",
        "---",
        "",
        "a",
    ),
    *(
        "Straße nach İzmir",
        "naïve café",
        "日本語 text",
        "カタカナ",
        "😀 ok",
        "e-mail: a@b.example",
        "foo/bar",
        "one",
        "one two",
    ),
    *("error: code=5;", "(brackets) [too]", "new\nline", "x_y z", "AT&T", "10.0.0.1", "ſharp \u212aelvin", "4688"),
)
INTEGERS: tuple[object, ...] = (0, 1, 2, 5, 22, 80, 443, 4688, -1, 65535, "5", "22", "443", "4688", 5.7, "5.7", 2**40)
DECIMALS: tuple[object, ...] = (0.5, 1, 1.0, 2.5, "2.5", -3.25, 47, 47.5, "47", 99.99, 1000.0)
BOOLEANS: tuple[object, ...] = (True, False, "true", "false")
ADDRESSES = (
    *("10.0.0.1", "10.1.2.3", "192.168.1.5", "192.168.2.5", "127.0.0.1", "172.16.0.1", "8.8.8.8", "255.255.255.255"),
    *("::1", "fe80::1", "2001:db8::1", "2001:db8:0:0:0:0:0:1", "::ffff:10.0.0.1", "0.0.0.0", "::"),
)
NETWORKS = (
    "10.0.0.0/8",
    "192.168.0.0/16",
    "192.168.1.77/24",
    "127.0.0.1/32",
    "0.0.0.0/0",
    "fe80::/10",
    "::/0",
    "2001:db8::/32",
)
DATES: tuple[object, ...] = (
    *(
        "2024-05-01T10:00:00.000Z",
        "2024-05-01T23:59:59.999Z",
        "2024-05-02T00:00:00Z",
        "2024-05-01",
        "2024-04-30T22:00:00-05:00",
    ),
    *(
        "2023-12-31T23:59:59Z",
        1714521600000,
        "1714521600000",
        "2024-05-17T02:40:00Z",
        "2024-05-18T02:40:00Z",
        "2024-02-29",
    ),
    "2024-05-01T10:00:00.123456Z",
)
DATE_BOUNDS = (
    *("2024-05-01", "2024-05", "2024", "2024-05-01T10", "2024-05-01T10:00:00Z", "2024-05-01||+1d/d", "2024-05-01||/M"),
    *("now", "now-1d", "now-1d/d", "now/M", "1714521600000", "2024-05-01T10:00:00.123456Z"),
)


def pool(path: str) -> tuple[object, ...]:
    """Values that events hold in a field."""
    if path == "event.category":
        return CATEGORIES
    match SCHEMA.type_of(path):
        case FieldType.TEXT:
            return SENTENCES
        case FieldType.INTEGER:
            return INTEGERS
        case FieldType.DECIMAL:
            return DECIMALS
        case FieldType.BOOLEAN:
            return BOOLEANS
        case FieldType.IP:
            return ADDRESSES
        case FieldType.DATE:
            return DATES
        case _:
            return WORDS
