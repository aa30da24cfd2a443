"""A guess at the encoding of names that do not tell it.

A reading is as plausible as its characters are usual: of Chinese, Japanese and Korean those of the
first level of the national standard, of alphabets the words of one alphabet and one case. Detectors
made for whole texts need more of it: charset-normalizer 3.5 misread four lists in ten of ten
Chinese names of persons.
"""

import codecs
import re
import unicodedata
from collections.abc import Sequence

# The first bytes of the usual characters.
LEVELS = {
    "cp932": range(0x88, 0x98),  # JIS X 0208, level 1
    "cp949": range(0xB0, 0xC9),  # KS X 1001, Hangul
    "gb18030": range(0xB0, 0xD8),  # GB 2312, level 1
    "big5": range(0xA4, 0xC7),  # Big5, level 1
}
KANA = range(0x3040, 0x3100)
# Of equally plausible ones the first: on Windows, then in DOS, each from west to east.
ALPHABETS = ("cp1252", "cp437", "cp850", "cp1251", "cp866", "cp1250", "cp852")
CODECS = (*LEVELS, *ALPHABETS)
SAMPLE = 2000  # as many names tell enough
_WORD = re.compile(r"[^\W\d_]+|[^\x00-\x7f]")
_ERRORS = "restore_backslash"


def guess(names: Sequence[bytes]) -> str:
    """Returns the codec whose reading of all names is the most plausible one."""
    telling = sorted({name for name in names if not name.isascii()})
    sample = telling[:: 1 + len(telling) // SAMPLE]
    possible = [codec for codec in CODECS if _reads(names, codec)]
    return max(possible, key=lambda codec: _plausibility(sample, codec))


def text(name: bytes, codec: str) -> str:
    r"""Decodes a name.

    Where a program took the second byte of a character for the separator `\\` and wrote `/`, as
    happens with Japanese names, the character is restored.

    Raises:
        UnicodeDecodeError: the name is not in that encoding.
    """
    return name.decode(codec, _ERRORS)


def _reads(names: Sequence[bytes], codec: str) -> bool:
    try:
        return all(text(name, codec) for name in names if name)
    except UnicodeDecodeError:
        return False


def _plausibility(names: Sequence[bytes], codec: str) -> float:
    """Returns the share of usual characters among those beyond ASCII, each word counted once."""
    words: set[str] = set()
    for name in names:
        words.update(word for word in _WORD.findall(text(name, codec)) if not word.isascii())
    usual = sum(_usual_characters(word, codec) for word in words)
    return usual / max(1, sum(len(_beyond_ascii(word)) for word in words))


def _usual_characters(word: str, codec: str) -> int:
    characters = _beyond_ascii(word)
    if codec not in LEVELS:
        return len(characters) if _is_word(word) else 0
    if len(characters) < len(word):  # letters among ideographs
        return 0
    return sum(_is_usual(character, codec) for character in characters)


def _is_usual(character: str, codec: str) -> bool:
    first, *rest = character.encode(codec)
    is_standard = codec != "gb18030" or (len(rest) == 1 and rest[0] >= 0xA1)
    is_kana = codec == "cp932" and ord(character) in KANA
    return is_kana or (first in LEVELS[codec] and is_standard)


def _is_word(word: str) -> bool:
    """Returns whether a word has one alphabet and one case, and accents on some letters at most."""
    alphabets = {unicodedata.name(character, "?").partition(" ")[0] for character in word}
    is_cased = word.islower() or word.isupper() or word.istitle()
    if alphabets == {"LATIN"}:
        return is_cased and len(_beyond_ascii(word)) <= (len(word) + 1) / 2
    return is_cased and alphabets == {"CYRILLIC"}


def _beyond_ascii(word: str) -> str:
    return "".join(character for character in word if not character.isascii())


def _restore_backslash(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    pair = error.object[error.start : error.start + 2]
    if len(pair) < 2 or pair[1:] != b"/":
        raise error
    return (pair[:1] + b"\\").decode(error.encoding), error.start + 2


codecs.register_error(_ERRORS, _restore_backslash)
