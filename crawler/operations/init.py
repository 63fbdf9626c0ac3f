"""The files that a new user begins with: settings and a folder for seeds of one's own."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crawler.errors import UsageError
from crawler.files import make_private_folder, replaced_file
from crawler.folders import settings_file, user_seeds

CONTACT: Final = re.compile(r"[^\s@]{1,60}@[^\s@.]{1,60}(?:\.[^\s@.]{1,60}){1,9}|https?://\S{1,500}")
"""What a site's keeper can turn to: an address of mail or of a page, without what would end a header."""

_TEXT: Final = """\
# Settings of Khabar, one KHABAR_NAME=value a line. A variable of the environment goes before it.
# Name a mail address or a page that the keepers of sites can turn to; it is part of the User-Agent.
{contact}
# Real servers in place of the embedded ones:
# KHABAR_MONGODB_URI=mongodb://user:password@localhost/
# KHABAR_REDIS_URL=redis://localhost:6379/0
"""


@dataclass(frozen=True, slots=True)
class Initialised:
    """Where the files are, and whether the settings were written now; False: they were there already."""

    settings_file: Path
    seeds: Path
    is_written: bool


def initialise(contact: str | None) -> Initialised:
    """Write the settings of a new user, and make the folder for seeds of one's own.

    Args:
        contact: Who crawls: a mail address or a web page; None leaves the line to be filled in.

    Raises:
        UsageError: The contact is neither, or there are settings already, which are not overwritten.
        KhabarError: A file cannot be written.
    """
    if contact is not None and not CONTACT.fullmatch(contact):
        raise UsageError(f"--contact {contact!r}: it is neither a mail address nor a web address")
    path, seeds = settings_file(), user_seeds()
    is_written = not path.exists()
    if not is_written and contact is not None:
        raise UsageError(f"{path}: there are settings already, which are left as they are; edit the file")
    try:
        make_private_folder(seeds)
    except OSError as error:
        raise UsageError(f"{seeds}: cannot be made: {error.strerror}") from None
    if is_written:
        line = f"KHABAR_CONTACT={contact}" if contact else "# KHABAR_CONTACT=you@example.org"
        with replaced_file(path) as draft:
            draft.write_text(_TEXT.format(contact=line), encoding="utf-8")
    return Initialised(path, seeds, is_written)
