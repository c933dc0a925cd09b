"""Messages put as files into a folder that another program empties: whole or not at all, one file a message."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from zhizao.act.contract import Destination, NotSent, Outgoing, Word
from zhizao.errors import InputError
from zhizao.model.text import Text
from zhizao.store.durable import replace


class Drop:
    """One folder, which must be there: a share that is not mounted is no place to drop anything."""

    reads_back = True

    def __init__(self, destination: Destination) -> None:
        self._folder = Path(unquote(urlsplit(destination.url).path))
        if not self._folder.is_absolute() or urlsplit(destination.url).netloc:
            raise InputError(Text("网址须写作 drop:///FOLDER", "the URL is to be drop:///FOLDER"), where=destination.name)

    def send(self, what: Outgoing) -> str:
        """See the contract."""
        if not self._folder.is_dir():
            raise NotSent(Text(f"文件夹 {self._folder} 不在", f"the folder {self._folder} is not there"))
        replace(self._file(what), str(what.value).encode())
        return self._file(what).name

    def read(self, what: Outgoing) -> Word | None:
        """The file as it lies there; None where the other program has taken it, or it never came."""
        try:
            return self._file(what).read_text("utf-8")
        except FileNotFoundError:
            return None

    def _file(self, what: Outgoing) -> Path:
        return self._folder / f"{what.id}.json"
