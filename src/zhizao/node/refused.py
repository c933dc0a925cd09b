"""What the operating system refused, as an error that a person can mend."""

from __future__ import annotations

import errno

from zhizao.errors import InputError, ProgramError, ZhizaoError
from zhizao.model.text import Text

_RIGHTS = Text("请换一个有权读写的位置，或修改权限", "name a place that you may read and write, or change its rights")
_PATH = Text("请检查路径", "check the path")
_FOLDER = Text("请换一个文件夹", "name another folder")

WRONG: dict[int, tuple[Text, Text]] = {
    errno.EACCES: (Text("没有读写权限", "permission is refused"), _RIGHTS),
    errno.EPERM: (Text("没有读写权限", "permission is refused"), _RIGHTS),
    errno.EROFS: (Text("该位置只读", "the place is read-only"), _RIGHTS),
    errno.ENOTDIR: (Text("应为文件夹，却是文件", "a file stands where a folder is needed"), _FOLDER),
    errno.EEXIST: (Text("应为文件夹，却是文件", "a file stands where a folder is needed"), _FOLDER),
    errno.ENAMETOOLONG: (Text("路径过长", "the path is too long"), _PATH),
    errno.ELOOP: (Text("符号链接循环", "the links of the path go round in a circle"), _PATH),
    errno.ENOENT: (Text("不存在", "it does not exist"), _PATH),
    errno.EISDIR: (Text("这是文件夹，不是文件", "it is a folder, not a file"), Text("请写文件名", "name a file")),
}
"""What a person can mend by naming another place, and how."""

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FULL_SAID = ("No space left on device", "Disk quota exceeded")
"""How libraries say it that pass no number on."""


def refused(error: OSError, where: str = "") -> ZhizaoError:
    """The error that stands for a refusal.

    Args:
        where: the place that was named; where it is empty, the one the system complains about.

    Example:
        >>> print(refused(PermissionError(13, "Permission denied", "h/lock")).line("en"))
        h/lock: permission is refused. To mend: name a place that you may read and write, or change its rights
    """
    place = where or _place(error)
    if no_room(error):
        return _full(place)
    if error.errno in WRONG:
        what, cure = WRONG[error.errno]
        return InputError(what, where=place, cure=cure)
    said = error.strerror or str(error) or type(error).__name__
    return ProgramError(Text(f"系统未能完成（{said}）", f"the system could not do it ({said})"), where=place, cure=Text("请重试", "try again"))


def foreseen(error: Exception) -> ZhizaoError | None:
    """The error that stands for a failure of the machine, whichever library met it; None for a failure of the program.

    A file that is gone where nobody named one is the program's own: only who asked for it can say what its absence means.
    """
    if no_room(error):
        return _full(_place(error))
    if isinstance(error, MemoryError):
        return ProgramError(Text("内存不足", "the memory is exhausted"), cure=Text("请缩小范围后重试", "ask for less at a time"))
    return refused(error) if isinstance(error, OSError) and error.errno in WRONG and error.errno != errno.ENOENT else None


def no_room(error: Exception) -> bool:
    """Whether a disk is full."""
    return (isinstance(error, OSError) and error.errno in FULL) or any(said in str(error) for said in _FULL_SAID)


def _full(place: str) -> ProgramError:
    cure = Text("请腾出空间后重试；先前已入库的不受影响", "free some space and try again; what was stored before is safe")
    return ProgramError(Text("磁盘空间不足", "no room is left on the disk"), where=place, cure=cure)


def _place(error: Exception) -> str:
    return str(getattr(error, "filename", None) or "")
