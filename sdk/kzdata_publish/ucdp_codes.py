"""What the codes of other datasets stand for, and which of them follow from a package's own words.

A code is given only where it follows. Each table says of which codebook it is:

- UCDP GED: Stina Högbladh, *UCDP GED Codebook version 23.1*, Department of Peace and Conflict
  Research, Uppsala University, 2023; its dataset has the 49 columns of `GED_COLUMNS`.
- ACLED: *ACLED Codebook*, https://acleddata.com/knowledge-base/codebook/, as of 2025 (ACLED numbers
  its editions no more); its table 1 has the 31 columns of `ACLED_COLUMNS`, in this order.
"""

GED_COLUMNS = tuple(
    """
    id relid year active_year code_status type_of_violence
    conflict_dset_id conflict_new_id conflict_name dyad_dset_id dyad_new_id dyad_name
    side_a_dset_id side_a_new_id side_a side_b_dset_id side_b_new_id side_b
    number_of_sources source_article source_office source_date source_headline source_original
    where_prec where_coordinates where_description adm_1 adm_2
    latitude longitude geom_wkt priogrid_gid country country_id region
    event_clarity date_prec date_start date_end
    deaths_a deaths_b deaths_civilians deaths_unknown best high low gwnoa gwnob
    """.split()
)
ACLED_COLUMNS = tuple(
    """
    event_id_cnty event_date year time_precision disorder_type event_type sub_event_type
    actor1 assoc_actor_1 inter1 actor2 assoc_actor_2 inter2 interaction civilian_targeting
    iso region country admin1 admin2 admin3 location latitude longitude geo_precision
    source source_scale notes fatalities tags timestamp
    """.split()
)

CIVILIANS = frozenset({"civilians"})
"""Populations that GED's `deaths_civilians` is about."""

GED_DATE_PREC = ((1, "1"), (6, "2"), (7, "3"), (31, "4"), (366, "5"))
"""`date_prec` by the number of days (UCDP GED): the exact day; two to six days; a week; a month;
a year."""
ACLED_TIME_PRECISION = ((1, "1"), (7, "2"), (31, "3"))
"""`time_precision` by the number of days (ACLED, "Time precision codes"): the day; a week or a
similar period, then the date is its middle; a month, then the date is its middle. ACLED includes no
event with less."""


# By what the place is whose coordinates are given, or the place itself where none are; a `division`
# is a region with a code of ISO 3166-2. The first code is that of the event's own place, the second
# that of one around it.
GED_WHERE_PREC = {
    "site": ("1", "2"),
    "city": ("1", "2"),
    "division": ("4", "4"),
    "region": ("5", "5"),
    "country": ("6", "6"),
}
"""`where_prec` (UCDP GED): 1 the exact place; 2 within about 25 km of a known point; 4 a
first-order division; 5 an area without exact borders; 6 a country. Codes 3 (second-order divisions)
and 7 (international waters) follow from nothing that a package says."""
ACLED_GEO_PRECISION = {
    "site": ("1", "2"),
    "city": ("1", "2"),
    "division": ("3", "3"),
    "region": ("3", "3"),
}
"""`geo_precision` (ACLED, "Spatial precision codes"): 1 a particular town; 2 a town stands for what
is near or in it; 3 a larger region. ACLED records no event for a whole country."""

OUTSIDE = "outside"
"""The mark of an event that ACLED does not hold."""
ACLED_EVENT_TYPES = {
    "protest": "Protests",
    "riot": "Riots",
    **dict.fromkeys(
        """
        appeal cancellation change-of-office clean-up closure cut-off decision election
        emergency-measure exercise independence order price-rise readiness restoration shortage
        situation standing-fact statement talks travel
        """.split(),
        OUTSIDE,
    ),
}
"""`event_type` (ACLED, table 2) by the type of an event.

`Protests` and `Riots` follow from the definitions on both sides. Of a type that is not here (an
attack, a clash, deaths, a detention) ACLED makes this or that by who did it to whom; such an event
has a row whose `event_type` is empty, for a coder to decide. Types that are `outside` are neither
violence nor demonstrations nor among ACLED's strategic developments.
"""
ACLED_SIDES = {"initiator": "1", "target": "2"}
"""Whether a participant is an actor 1 or 2 (ACLED: the order implies no direction); of one that
merely takes part the side is not known, and one that speaks or is addressed is no party."""
