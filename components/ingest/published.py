"""Published collections whose file names say identity and kind; docs/collections.md describes them.

A further one is an entry of `PUBLISHED`, and a line there.
"""

from typing import NamedTuple

GENUINE, FORGERY, DISGUISED = "genuine", "forgery", "disguised"


class Rule(NamedTuple):
    """The kind of the images whose path ends as the expression says, the suffix left out.

    Its group `part` is the source's own part; all other groups, joined by `-`, make the identity.
    """

    kind: str
    expression: str


class Published(NamedTuple):
    """A collection: its name as a layout, examples of its paths, and rules, the first that fits."""

    name: str
    examples: str
    rules: tuple[Rule, ...]

    @property
    def has_forgeries(self) -> bool:
        """Returns whether some of its images are forgeries."""
        return any(rule.kind == FORGERY for rule in self.rules)


# NFI-WWWNNAAA: writer, number, author of the signature; NISDCC-WWW_AAA_NNN_6g likewise.
_NFI = (
    Rule(GENUINE, r"(?P<set>NFI)-(?P<identity>\d{3})\d{2}(?P=identity)"),
    Rule(FORGERY, r"(?P<set>NFI)-\d{5}(?P<identity>\d{3})"),
)
_SCRIPT = r"(?:(?P<script>Dutch|Chinese)/)?"
# The writers of the training set are others than those of the test set.
_TRAINING = _SCRIPT + r"(?P<set>TrainingSet)/"

PUBLISHED = (
    Published(
        "bhsig260",
        "B-S-1-G-01.tif with B-S-1-F-01.tif (Hindi: H-S-…)",
        (
            Rule(GENUINE, r"(?P<script>[BH])-S-(?P<identity>\d+)-G-\d+"),
            Rule(FORGERY, r"(?P<script>[BH])-S-(?P<identity>\d+)-F-\d+"),
        ),
    ),
    Published(
        "sigcomp2009",
        "NFI-00101001.png with NFI-00203001.png, NISDCC-001_001_001_6g.png",
        (
            *_NFI,
            Rule(GENUINE, r"(?P<set>NISDCC)-(?P<identity>\d{3})_(?P=identity)_\d+_6g"),
            Rule(FORGERY, r"(?P<set>NISDCC)-\d{3}_(?P<identity>\d{3})_\d+_6g"),
        ),
    ),
    Published(
        "sigcomp2011",
        "Dutch/TrainingSet/Offline Genuine/001_01.png with Offline Forgeries/0119001_01.png, "
        "Dutch/Reference(646)/001/01_001.png with Questioned(1287)/001/01_0119001.png",
        (
            Rule(GENUINE, _TRAINING + r"Offline Genuine/(?P<identity>\d{3})_\d+"),
            Rule(FORGERY, _TRAINING + r"Offline Forgeries/\d+(?P<identity>\d{3})_\d+"),
            Rule(
                GENUINE,
                _SCRIPT + r"(?:Ref|Reference|Questioned)\(\d+\)/\d+/\d+_(?P<identity>\d{3})",
            ),
            Rule(FORGERY, _SCRIPT + r"Questioned\(\d+\)/\d+/\d+_\d+(?P<identity>\d{3})"),
        ),
    ),
    Published(
        "kaggle",
        "train/001/001_01.PNG with train/001_forg/0119001_01.png; "
        "dataset1/real/00100001.png with dataset1/forge/02100001.png",
        (
            Rule(GENUINE, r"(?P<part>train|test)/(?P<identity>\d{3})/[^/]+"),
            Rule(FORGERY, r"(?P<part>train|test)/(?P<identity>\d{3})_forg/[^/]+"),
            Rule(GENUINE, r"(?P<set>dataset\d)/real/(?P<identity>\d{3})\d+(?P=identity)"),
            Rule(FORGERY, r"(?P<set>dataset\d)/forge/\d+(?P<identity>\d{3})"),
            *_NFI,
        ),
    ),
    Published(
        "mcyt75",
        "0000v00.bmp with 0000f00.bmp",
        (
            Rule(GENUINE, r"(?P<identity>\d{4})v\d+"),
            Rule(FORGERY, r"(?:\d{4}_)?(?P<identity>\d{4})f\d+"),
        ),
    ),
    Published(
        "gpds",
        "c-001-01.jpg with cf-001-01.jpg",
        (
            Rule(GENUINE, r"c-(?P<identity>\d+)-\d+"),
            Rule(FORGERY, r"cf-(?P<identity>\d+)-\d+"),
        ),
    ),
    Published(
        "utsig",
        "Genuine/1/1.tif with Forgery/Skilled/1/1.tif",
        (
            Rule(GENUINE, r"Genuine/(?P<identity>\d+)/[^/]+"),
            Rule(FORGERY, r"Forgery/(?:Skilled|Simple)/(?P<identity>\d+)/[^/]+"),
            Rule(DISGUISED, r"Forgery/Opposite Hand/(?P<identity>\d+)/[^/]+"),
        ),
    ),
    Published(
        "lfw",
        "Ann_Lee/Ann_Lee_0001.jpg",
        (Rule(GENUINE, r"(?P<identity>[^/]+)/(?P=identity)_\d{4}"),),
    ),
    Published("casia-webface", "0000045/001.jpg", (Rule(GENUINE, r"(?P<identity>\d{7})/\d+"),)),
    Published(
        "vggface2",
        "train/n000002/0001_01.jpg",
        (Rule(GENUINE, r"(?:(?P<part>train|test)/)?(?P<identity>n\d{6})/\d+_\d+"),),
    ),
)
