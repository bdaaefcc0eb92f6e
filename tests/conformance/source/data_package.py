"""Data Package: the descriptor, and each property of the package."""

from collections.abc import Iterator

from conformance.source.corpus import (
    DROP,
    FRUIT,
    UNCHECKED,
    WARNING,
    Case,
    Fault,
    Properties,
    Sentence,
    at,
    case,
    data_package,
    descriptor,
    entry,
    glossary,
    rfc8259,
    tabular_resource,
)

SHOULD = Fault("recommendation")
OBJECT = glossary("descriptor", "The file MUST contain a valid JSON object as defined in RFC 4627.")
UTF8 = rfc8259(
    "section-8.1",
    "JSON text exchanged between systems that are not part of a closed ecosystem MUST be encoded "
    "using UTF-8",
)
UNIQUE_NAMES = rfc8259("section-4", "The names within an object SHOULD be unique.")
CUSTOM = glossary(
    "custom-properties",
    "Adherence to a specification does not imply that additional, non-specified properties cannot "
    "be used: a descriptor MAY include any number of properties in additional to those described "
    "as required and optional properties.",
)
PROFILED = glossary(
    "profile",
    "A profile is both used as a metadata version identifier and the location of a JSON Schema "
    "against which a descriptor having it as a root level $schema property MUST be valid and MUST "
    "be validated.",
)
"""Decides what the text leaves to the JSON Schema of version 2.0: that a title is a string."""
PROFILE_URL = glossary("profile", "A profile is a URL that MUST:")
SHOULD_HAVE = data_package(
    "properties",
    "A Data Package descriptor MUST have resources property and SHOULD have name, id, licenses, "
    "and profile properties.",
)
RESOURCES = data_package(
    "resources", "The resources property is REQUIRED, with at least one resource."
)
OBJECTS = data_package("resources", "This property MUST be an array of objects.")
V1_PROFILE = data_package(
    "dollar-schema",
    "If the $schema property is not provided but a descriptor has the profile property a data "
    "consumer MUST validate the descriptor according to the Profiles specification.",
)
PACKAGE_NAME = data_package(
    "name",
    "It SHOULD be human-readable and consist only of lowercase English alphanumeric characters "
    "plus ., - and _.",
)
ID_PROPERTY = data_package("id", "A property reserved for globally unique identifiers.")
LICENSE = data_package(
    "licenses",
    "The object MUST contain a name property and/or a path property, and it MAY "
    "contain a title property:",
)
LICENSES = data_package("licenses", "licenses MUST be an array.")
LICENSE_OBJECT = data_package(
    "licenses", "Each item in the array is a License. Each MUST be an object."
)
LICENSE_PATH = data_package(
    "licenses",
    "path: A URL or Path, that is a fully qualified HTTP address, or a relative POSIX path.",
)
LOCAL = glossary(
    "url-or-path",
    "Absolute paths /, relative parent paths ../, hidden folders starting from a dot .hidden MUST "
    "NOT be used.",
)
SCHEME = glossary("url-or-path", "MUST be using either http, https, ftp, or ftps scheme.")
TITLE = data_package(
    "title", "A string providing a title or one sentence description for this package"
)
IMAGE = data_package(
    "image",
    "The value of the image property MUST be a string pointing to the location of the image.",
)
VERSION = data_package(
    "version",
    "It SHOULD conform to the Semantic Versioning requirements and SHOULD follow the Data Package "
    "Version recipe.",
)
CREATED = data_package(
    "created",
    "The datetime MUST conform to the string formats for datetime as described in RFC3339.",
)
KEYWORDS = data_package(
    "keywords", "An Array of string keywords to assist users searching for the package in catalogs."
)
CONTRIBUTORS = data_package(
    "contributors",
    "It MUST be an array. Each entry is a Contributor and MUST be an object. A Contributor MUST "
    "have at least one property.",
)
CONTRIBUTOR = data_package(
    "contributors",
    "A Contributor is RECOMMENDED to have title property and MAY contain givenName, familyName, "
    "path, email, roles, and organization properties:",
)
ROLES = data_package(
    "contributors", "roles: An array of strings describing the roles of the contributor."
)
ROLE = data_package(
    "contributors",
    "If the roles property is not provided a data consumer MUST fall back to using role property "
    "which was a part of the v1.0 of the specification.",
)
SOURCES = data_package(
    "sources",
    "It MUST be an array of Source objects. A Source object MUST have at least one property.",
)
SOURCE = data_package(
    "sources",
    "A Source object is RECOMMENDED to have title property and MAY have path, email, and version "
    "properties:",
)
FULL_LICENSE = {
    "name": "ODC-PDDL-1.0",
    "path": "http://opendatacommons.org/licenses/pddl/",
    "title": "Open Data Commons Public Domain Dedication and License v1.0",
}
JOE = {
    "title": "Joe Bloggs",
    "email": "joe@bloggs.com",
    "path": "http://www.bloggs.com",
    "roles": ["creator"],
}
BANK = {
    "title": "World Bank and OECD",
    "path": "http://data.worldbank.org/indicator/NY.GDP.MKTP.CD",
}
TWICE = (
    '{"name": "twice", "resources": [{"name": "table", "type": "table", "path": "table.csv", '
    '"title": "a", "title": "b", '
    '"schema": {"fields": [{"name": "id", "type": "integer"}, {"name": "name"}]}}]}'
)
"""A descriptor with a member that stands twice."""


def _of(
    name: str,
    sentence: Sentence,
    invalid: bool = False,
    /,
    *,
    also: tuple[str, ...] = (),
    **package: object,
) -> Case:
    """A case of one property of the package, the last that is given."""
    faults = (descriptor([*package][-1]),) if invalid else ()
    return case(f"data-package/{name}", sentence, *faults, package=package, also=also)


def cases() -> Iterator[Case]:
    """The cases of Data Package."""
    yield from _descriptor()
    yield from _profiles()
    yield from _metadata()
    yield from _credits()


def _descriptor() -> Iterator[Case]:
    name = "data-package/descriptor"
    broken = descriptor("")
    yield case(f"{name}/minimal", RESOURCES)
    yield case(f"{name}/not-json", OBJECT, broken, raw='{"name": "a", "resources": [}')
    yield case(f"{name}/array", OBJECT, broken, raw="[]")
    yield case(f"{name}/string", OBJECT, broken, raw='"datapackage"')
    yield case(f"{name}/nan", OBJECT, broken, raw='{"resources": [{"name": "a", "data": [NaN]}]}')
    yield case(f"{name}/member-twice", UNIQUE_NAMES, SHOULD, raw=TWICE, verdict=WARNING)
    yield case(
        f"{name}/member-twice-and-a-fault",
        UNIQUE_NAMES,
        at("type", 3, "id"),
        raw=TWICE,
        file="id,name\n1,apple\nx,orange\n",
        note="The rest is checked all the same.",
    )
    schema = '{"fields": [{"name": "id", "constraints": {"unique": true}, "constraints": {}}]}'
    yield case(
        f"{name}/member-twice-in-schema",
        UNIQUE_NAMES,
        SHOULD,
        verdict=WARNING,
        schema="schema.json",
        files={"schema.json": schema, "table.csv": "id\n1\n2\n"},
    )
    for what, text in {"not-json": '{"fields": [', "array": "[]", "nan": '{"fields": NaN}'}.items():
        yield case(
            f"{name}/schema-{what}",
            OBJECT,
            broken,
            schema="schema.json",
            files={"schema.json": text, "table.csv": FRUIT},
        )
    latin = b'{"fields": [{"name": "id", "title": "\xe9"}, {"name": "name"}]}'
    yield case(
        f"{name}/schema-of-another-encoding",
        UTF8,
        broken,
        schema="schema.json",
        files={"schema.json": latin, "table.csv": FRUIT},
    )
    temporal: Properties = {
        "dc:temporal": {"name": "19th Century", "start": "1800-01-01", "end": "1899-12-31"}
    }
    yield _of("descriptor/custom-property", CUSTOM, **temporal)
    yield _of("descriptor/custom-property-of-a-schema", CUSTOM, missingValues=["orange"])
    yield case(
        "data-package/resources/absent",
        RESOURCES,
        descriptor("resources"),
        package={"resources": DROP},
    )
    yield _of("resources/empty", RESOURCES, True, resources=[])
    yield _of("resources/object", OBJECTS, True, resources={"table": entry()})
    yield _of("resources/of-strings", OBJECTS, True, resources=["table.csv"])
    without = {"id": DROP, "licenses": DROP}
    yield _of("descriptor/without-id-and-licenses", SHOULD_HAVE, also=(WARNING,), **without)
    yield _of("descriptor/without-name", SHOULD_HAVE, also=(WARNING,), name=DROP)


def _profiles() -> Iterator[Case]:
    name = "data-package/dollar-schema"
    own = {"$schema": "https://example.invalid/stricter.json"}
    yield case(
        f"{name}/absent",
        data_package(
            "dollar-schema",
            "The default value is https://datapackage.org/profiles/1.0/datapackage.json and the "
            "recommended value is https://datapackage.org/profiles/2.0/datapackage.json.",
        ),
        package={"$schema": DROP},
    )
    yield case(
        f"{name}/of-an-extension",
        PROFILED,
        package=own,
        verdict=UNCHECKED,
        note="The profile is not there to be fetched.",
    )
    number: Properties = {"$schema": 2}
    path: Properties = {"$schema": "profile.json"}
    yield _of("dollar-schema/number", PROFILE_URL, True, **number)
    yield _of("dollar-schema/path", PROFILE_URL, True, **path)
    one = {"$schema": DROP}
    yield _of("profile/data-package", V1_PROFILE, **one, profile="data-package")
    yield case(
        "data-package/profile/tabular-data-package",
        V1_PROFILE,
        package={**one, "profile": "tabular-data-package"},
        resource={"type": DROP, "profile": "tabular-data-resource"},
    )
    schemaless = [entry(DROP, profile="tabular-data-resource", type=DROP)]
    yield case(
        "data-package/profile/tabular-without-schema",
        tabular_resource(
            "",
            "The schema property MUST follow the Table Schema specification, either as a JSON "
            "object directly under the property, or a string referencing another JSON document "
            "containing the Table Schema",
        ),
        descriptor("schema", "table"),
        package={**one, "profile": "tabular-data-package"},
        resources=schemaless,
        note="The JSON Schema of version 1 has the property `schema` required.",
    )
    yield case(
        "data-package/profile/fiscal",
        V1_PROFILE,
        verdict=UNCHECKED,
        package={**one, "profile": "fiscal-data-package"},
    )
    yield case(
        "data-package/profile/of-an-extension",
        V1_PROFILE,
        verdict=UNCHECKED,
        package={**one, "profile": "https://example.invalid/profile.json"},
    )


def _metadata() -> Iterator[Case]:
    yield _of("name/plain", PACKAGE_NAME, name="a-package_1.0")
    yield case(
        "data-package/name/capitals-and-blanks",
        PACKAGE_NAME,
        SHOULD,
        verdict=WARNING,
        package={"name": "A Package"},
    )
    yield _of("name/number", PROFILED, True, name=5)
    yield _of("id/uuid", ID_PROPERTY, id="b03ec84-77fd-4270-813b-0c698943f7ce")
    yield _of("id/doi", ID_PROPERTY, id="https://doi.org/10.1594/PANGAEA.726855")
    yield _of("id/number", PROFILED, True, id=5)
    yield _of("title/string", TITLE, title="A nice title")
    yield _of("title/number", TITLE, True, title=5)
    yield _of("description/array", PROFILED, True, description=["a"])
    yield _of("homepage/url", PROFILED, homepage="https://example.org/")
    yield _of("homepage/number", PROFILED, True, homepage=5)
    yield _of("image/path", IMAGE, image="images/logo.png")
    yield _of("image/number", IMAGE, True, image=5)
    yield _of("image/absolute", LOCAL, True, image="/etc/logo.png")
    yield _of("image/parent", LOCAL, True, image="../logo.png")
    yield _of("image/hidden-folder", LOCAL, True, image=".images/logo.png")
    yield _of("image/file-scheme", SCHEME, True, image="file:///images/logo.png")
    yield _of("image/url", IMAGE, image="https://example.invalid/logo.png")
    for version in ("1.0.0-0a.b-c+001", "10.20.30"):
        yield _of(f"version/{version.replace('+', '-')}", VERSION, version=version)
    dates = {"date": "2024-01-26", "two-numbers": "1.0", "leading-zero": "1.0.0-01"}
    for name, version in dates.items():
        yield case(
            f"data-package/version/{name}",
            VERSION,
            SHOULD,
            package={"version": version},
            verdict=WARNING,
        )
    yield _of("version/number", PROFILED, True, version=1)
    yield case(
        "data-package/version/another-in-changelog",
        CUSTOM,
        package={"version": "1.0.0"},
        files={"table.csv": FRUIT, "CHANGELOG.md": "# Changelog\n\n## 2.0.0\n"},
        note="No standard speaks of a changelog.",
    )
    for name, moment in {
        "rfc3339": "1985-04-12T23:20:50.52Z",
        "offset": "1985-04-12T23:20:50+14:00",
        "leap-second": "2016-12-31T23:59:60Z",
    }.items():
        yield _of(f"created/{name}", CREATED, created=moment)
    for name, moment in {
        "date": "1985-04-12",
        "no-such-day": "2024-02-30T00:00:00Z",
        "no-such-offset": "1985-04-12T23:20:50+25:99",
        "no-offset": "1985-04-12T23:20:50",
    }.items():
        yield _of(f"created/{name}", CREATED, True, created=moment)
    yield _of("keywords/strings", KEYWORDS, keywords=["fruit"])
    yield _of("keywords/numbers", KEYWORDS, True, keywords=[1])
    yield _of("keywords/string", KEYWORDS, True, keywords="fruit")


def _credits() -> Iterator[Case]:
    yield _of("licenses/full", LICENSE, licenses=[FULL_LICENSE])
    yield _of("licenses/path-alone", LICENSE, licenses=[{"path": "LICENSE.md"}])
    yield _of("licenses/neither-name-nor-path", LICENSE, True, licenses=[{"title": "a"}])
    yield _of("licenses/object", LICENSES, True, licenses=FULL_LICENSE)
    yield _of("licenses/of-strings", LICENSE_OBJECT, True, licenses=["CC0-1.0"])
    yield _of("licenses/parent-path", LICENSE_PATH, True, licenses=[{"path": "../LICENSE"}])
    yield _of("licenses/url", LICENSE_PATH, licenses=[{"path": "https://example.invalid/terms"}])
    yield _of("licenses/absolute-path", LICENSE_PATH, True, licenses=[{"path": "/LICENSE"}])
    yield _of("licenses/name-number", PROFILED, True, licenses=[{"name": 5}])
    yield _of("licenses/name-of-words", PROFILED, True, licenses=[{"name": "public domain!"}])
    yield _of("contributors/full", CONTRIBUTOR, contributors=[JOE])
    yield _of(
        "contributors/without-title",
        CONTRIBUTOR,
        also=(WARNING,),
        contributors=[{"givenName": "Joe", "familyName": "Bloggs"}],
    )
    yield _of("contributors/empty-object", CONTRIBUTORS, True, contributors=[{}])
    yield _of("contributors/object", CONTRIBUTORS, True, contributors=JOE)
    yield _of("contributors/of-strings", CONTRIBUTORS, True, contributors=["Joe Bloggs"])
    yield _of(
        "contributors/roles-string", ROLES, True, contributors=[{"title": "Joe", "roles": "author"}]
    )
    yield _of(
        "contributors/role-of-version-1", ROLE, contributors=[{"title": "a", "role": "author"}]
    )
    yield _of("contributors/title-number", PROFILED, True, contributors=[{"title": 5}])
    yield _of("sources/full", SOURCE, sources=[BANK])
    yield _of("sources/version-alone", SOURCE, also=(WARNING,), sources=[{"version": "2"}])
    yield _of("sources/empty-object", SOURCES, True, sources=[{}])
    yield _of("sources/object", SOURCES, True, sources=BANK)
    yield _of("sources/of-strings", SOURCES, True, sources=["World Bank"])
    yield _of("sources/title-number", PROFILED, True, sources=[{"title": 5}])
    yield _of("sources/parent-path", LOCAL, True, sources=[{"path": "../raw.csv"}])
