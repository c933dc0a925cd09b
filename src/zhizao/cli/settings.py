"""The global options, which may stand anywhere on the line, and the language of the reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from zhizao.errors import InputError
from zhizao.model.text import Lang, Text

DEFAULT_HOME = ".zhizao"

GLOBAL_OPTIONS: tuple[tuple[str, Text], ...] = (
    ("--home DIR", Text(f"数据目录（默认 ./{DEFAULT_HOME}）", f"the folder that holds the facts (default ./{DEFAULT_HOME})")),
    ("--lang zh|en", Text("语言（默认随终端）", "language (default: the terminal's)")),
    ("--json", Text("标准输出只给 JSON", "JSON alone on standard output")),
    ("--quiet", Text("不显示说明与进度", "no remarks and no progress")),
    ("--debug", Text("出错时给出完整的调用栈", "a full traceback when something fails")),
    ("--version", Text("显示版本", "show the version")),
    ("--help", Text("显示帮助", "show this help")),
)


FLAGS = {"--json": "json", "--quiet": "quiet", "--debug": "debug", "--version": "version", "-V": "version"}
"""Global options without a value, and the setting each turns on."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the global options say. ``home_given`` is False where the home is only the default."""

    home: Path
    lang: Lang
    json: bool = False
    quiet: bool = False
    debug: bool = False
    version: bool = False
    home_given: bool = False


def language(environ: Mapping[str, str]) -> Lang:
    """The language of the terminal: Chinese where the locale says so, else English.

    Example:
        >>> language({"LANG": "zh_CN.UTF-8"}), language({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}), language({})
        ('zh', 'en', 'en')
    """
    locale = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return "zh" if locale.lower().startswith("zh") else "en"


def asked_language(argv: Sequence[str], environ: Mapping[str, str]) -> Lang:
    """The reader's language, found even where the rest of the line is wrong.

    Example:
        >>> asked_language(["mesure", "--home", "--lang", "zh"], {})
        'zh'
    """
    words = list(argv[: argv.index("--")] if "--" in argv else argv)
    asked = ""
    for word, following in zip(words, [*words[1:], ""], strict=False):
        name, _, value = word.partition("=")
        asked = (value or following) if name == "--lang" else asked
    return "zh" if asked == "zh" else "en" if asked == "en" else language(environ)


def readable(argv: Sequence[str]) -> list[str]:
    """The words of the line as text, also where the terminal's encoding is poorer than UTF-8.

    Raises:
        InputError: a word is no text at all.

    Example:
        >>> readable(["江苏", "江苏".encode().decode("ascii", "surrogateescape")])
        ['江苏', '江苏']
    """
    return [word if _is_text(word) else _decoded(word) for word in argv]


def _is_text(word: str) -> bool:
    return not any("\udc80" <= sign <= "\udcff" for sign in word)


def _decoded(word: str) -> str:
    try:
        return word.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeDecodeError as error:
        cure = Text("请用 UTF-8 输入", "write it in UTF-8")
        shown = word.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        raise InputError(Text("不是有效的文字", "this is no valid text"), where=shown, cure=cure) from error


def split(argv: Sequence[str], environ: Mapping[str, str]) -> tuple[Settings, list[str]]:
    """The settings, and what is left of the line for the command.

    Raises:
        InputError: a global option lacks its value or has an impossible one.

    Example:
        >>> settings, rest = split(["measure", "nc_rate", "--json", "--lang=zh", "--by", "region"], {})
        >>> settings.json, settings.lang, rest
        (True, 'zh', ['measure', 'nc_rate', '--by', 'region'])
    """
    given: dict[str, str] = {}
    rest: list[str] = []
    help_: list[str] = []
    words = iter(argv)
    for word in words:
        if word == "--":
            rest += [word, *words]
            break
        name, equals, value = word.partition("=")
        if name in ("--home", "--lang"):
            given[name] = _value(name, iter([value]) if equals else words)
        elif word in FLAGS:
            given[FLAGS[word]] = "yes"
        elif word in ("--help", "-h"):
            help_ = ["--help"]
        else:
            rest.append(word)
    # Help is of the command on the line, wherever it is asked for.
    named = takewhile(lambda word: not word.startswith("-"), rest) if help_ else rest
    return _settings(given, environ), [*named, *help_]


def _value(name: str, words: Iterator[str]) -> str:
    value = next(words, "")
    if not value or value.startswith("--"):
        raise InputError(Text("缺少取值", "a value is missing"), where=name, cure=_cure(name))
    return value


def _settings(given: Mapping[str, str], environ: Mapping[str, str]) -> Settings:
    lang = given.get("--lang") or language(environ)
    if lang not in ("zh", "en"):
        raise InputError(Text(f"没有语言 {lang}", f"there is no language {lang}"), where="--lang", cure=_cure("--lang"))
    return Settings(
        home=Path(given["--home"]) if given.get("--home") else default_home(Path()),
        lang="zh" if lang == "zh" else "en",
        json="json" in given,
        quiet="quiet" in given,
        debug="debug" in given,
        version="version" in given,
        home_given=bool(given.get("--home")),
    )


def default_home(folder: Path) -> Path:
    """The home used where none is named: ``.zhizao``, or the folder itself where ``zhizao init`` made it a home."""
    made_here = (folder / "home.yaml").is_file() and not (folder / DEFAULT_HOME).exists()
    return folder if made_here else folder / DEFAULT_HOME


def _cure(name: str) -> Text:
    example = "--home ./my_home" if name == "--home" else "--lang zh, --lang en"
    return Text(f"例如写 {example}", f"write for instance {example}")
