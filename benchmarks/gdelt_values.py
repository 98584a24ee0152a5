"""States, roles, acts and words of which `benchmarks.gdelt_files` makes its files.

Codes are those of the publisher: CAMEO actors and acts with their values on Goldstein's scale,
FIPS 10-4 for places. How often each occurs is near what one quarter-hour file of the publisher
shows; places, sites and addresses are made up.
"""

from __future__ import annotations

__all__ = ["ACTS", "DOMAIN_ENDS", "MENTIONS", "ROLES", "SECTIONS", "STATES", "WORDS"]

#: CAMEO code, FIPS code, name, how often; the two of the built-in case are not rare.
STATES: tuple[tuple[str, str, str, float], ...] = tuple(
    (cameo, fips, name, float(weight))
    for cameo, fips, name, weight in (
        line.split("|")
        for line in """\
USA|US|United States|300
RUS|RS|Russia|75
GBR|UK|United Kingdom|70
ISR|IS|Israel|65
CHN|CH|China|62
IRN|IR|Iran|55
NGA|NI|Nigeria|45
IND|IN|India|44
FRA|FR|France|42
AUS|AS|Australia|40
PSE|WE|West Bank|36
UKR|UP|Ukraine|36
SYR|SY|Syria|36
DEU|GM|Germany|34
CAN|CA|Canada|34
TUR|TU|Turkey|33
PAK|PK|Pakistan|30
IRQ|IZ|Iraq|30
SAU|SA|Saudi Arabia|28
JPN|JA|Japan|26
PRK|KN|North Korea|24
KOR|KS|South Korea|23
EGY|EG|Egypt|22
AFG|AF|Afghanistan|22
ITA|IT|Italy|18
PHL|RP|Philippines|17
ZAF|SF|South Africa|16
KEN|KE|Kenya|16
ESP|SP|Spain|15
MEX|MX|Mexico|15
LBN|LE|Lebanon|14
BRA|BR|Brazil|13
YEM|YM|Yemen|13
ARE|AE|United Arab Emirates|12
QAT|QA|Qatar|12
JOR|JO|Jordan|11
VEN|VE|Venezuela|11
IDN|ID|Indonesia|10
MYS|MY|Malaysia|10
POL|PL|Poland|10
GRC|GR|Greece|9
AZE|AJ|Azerbaijan|9
ARM|AM|Armenia|8
GEO|GG|Georgia|8
KAZ|KZ|Kazakhstan|7
BLR|BO|Belarus|7
BEL|BE|Belgium|7
NLD|NL|Netherlands|7
SWE|SW|Sweden|6
NOR|NO|Norway|6
VNM|VM|Vietnam|6
THA|TH|Thailand|6
BGD|BG|Bangladesh|6
ETH|ET|Ethiopia|5
SDN|SU|Sudan|5
LBY|LY|Libya|5
CUB|CU|Cuba|5
SRB|RI|Serbia|4
UZB|UZ|Uzbekistan|4
TJK|TI|Tajikistan|3""".splitlines()
    )
)

#: Role codes, the name that the publisher shows for one without a state, how often.
ROLES: tuple[tuple[str, str, float], ...] = (
    ("", "", 62.0),
    ("GOV", "GOVERNMENT", 15.0),
    ("COP", "POLICE", 5.0),
    ("MED", "MEDIA", 3.0),
    ("CVL", "COMMUNITY", 3.0),
    ("LEG", "LAWMAKER", 2.5),
    ("OPP", "ACTIVIST", 2.0),
    ("MIL", "MILITARY", 3.0),
    ("JUD", "ATTORNEY", 1.5),
    ("BUS", "COMPANY", 2.0),
    ("EDU", "SCHOOL", 1.0),
)

_ACTS = """\
042|1|1.9|263 043|1|2.8|241 010|1|0.0|187 051|1|3.4|143 190|4|-10.0|139 193|4|-10.0|139
020|1|3.0|135 040|1|1.0|111 173|4|-5.0|74 013|1|0.4|59 090|2|-2.0|57 110|3|-2.0|45
012|1|-0.4|43 112|3|-2.0|40 036|1|4.0|36 120|3|-4.0|34 046|1|7.0|33 141|3|-6.5|33
111|3|-2.0|32 070|2|7.0|31 172|4|-5.0|29 084|2|7.0|26 130|3|-4.4|25 060|2|6.0|24
180|4|-9.0|24 071|2|7.4|22 100|3|-5.0|21 014|1|0.0|19 057|1|8.0|18 073|2|7.4|18
182|4|-9.5|18 018|1|3.4|18 061|2|6.4|16 017|1|0.0|15 080|2|5.0|14 081|2|5.0|14
030|1|4.0|13 015|1|0.0|12 0874|2|10.0|11 026|1|4.0|11 160|4|-4.0|10 181|4|-9.0|10
138|3|-7.0|9 145|3|-7.5|9 129|3|-5.0|8 0831|2|5.0|7 072|2|8.3|7 050|1|3.5|6
027|1|4.0|6 1711|4|-9.2|6 163|4|-8.0|5 192|4|-9.5|5 045|1|5.0|5 031|1|5.2|4
033|1|5.2|4 044|1|2.5|4 131|3|-5.8|4 011|1|-0.1|4 0841|2|7.0|3 114|3|-2.0|3
128|3|-5.0|3 115|3|-2.0|2 022|1|3.2|2 113|3|-2.0|2 194|4|-10.0|2 0871|2|9.0|2
1721|4|-5.0|2 1821|4|-9.0|2 191|4|-9.5|2 0214|1|3.4|2 016|1|-2.0|2 1053|3|-5.0|2
0356|1|7.0|2 139|3|-7.0|1 170|4|-7.0|1 1823|4|-10.0|1 183|4|-10.0|1 175|4|-9.0|1"""

#: CAMEO code, its quad class, its value on Goldstein's scale, how often in one file.
ACTS: tuple[tuple[str, str, str, float], ...] = tuple(
    (code, quad, value, float(weight))
    for code, quad, value, weight in (word.split("|") for word in _ACTS.split())
)

#: Mentions, sources and articles of one act, how often.
MENTIONS: tuple[tuple[str, float], ...] = (
    ("2\t1\t2", 609.0),
    ("4\t1\t4", 282.0),
    ("10\t1\t10", 270.0),
    ("1\t1\t1", 269.0),
    ("6\t1\t6", 228.0),
    ("3\t1\t3", 136.0),
    ("8\t1\t8", 105.0),
    ("5\t1\t5", 102.0),
    ("4\t2\t4", 45.0),
    ("20\t2\t20", 25.0),
    ("7\t1\t7", 25.0),
    ("12\t2\t12", 13.0),
    ("20\t5\t20", 11.0),
    ("30\t3\t30", 10.0),
    ("20\t1\t10", 7.0),
)

DOMAIN_ENDS: tuple[str, ...] = (".com", ".com", ".com", ".org", ".net", ".co.uk", ".com.au", ".ru")

SECTIONS: tuple[str, ...] = (
    "news", "world", "politics", "local", "national", "business", "crime", "opinion", "world/asia",
    "news/local-news", "world/middle-east", "story", "articles", "sports",
)  # fmt: skip

_WORDS = """\
the of in to and for on with at from over after new more says talks deal police minister
president attack killed protest court election trade oil gas sanctions nuclear border army
troops killing arrested charged murder man woman child school fire crash dead injured missing
rescue storm flood market stocks bank growth economy budget tax vote party leader opposition
parliament senate congress bill law judge ruling appeal prison sentence guilty trial hearing
visit summit agreement treaty alliance partner cooperation military drills missile drone strike
ceasefire peace envoy embassy ambassador diplomat foreign policy statement warns threatens
condemns calls urges demands rejects denies confirms reveals report study data record year
years day week month days city town village state region capital south north east west central
european asian african american global international national federal local public private
company firm industry workers union jobs wages prices cost energy power plant water food health
hospital doctor patients virus vaccine university students teacher team game season win loss
final cup league player coach fans star film music show festival church mosque community family
home house street road bridge airport train bus car truck ship port rights group activists
journalist media press freedom security intelligence cyber hackers data leak probe inquiry
corruption fraud charges suspect victim witness weapons gun bomb blast shooting hostage rebels
militants terror islamic kurdish syrian russian iranian chinese turkish israeli palestinian
ukrainian saudi korean indian afghan iraqi british french german"""

#: Words of headlines, from which addresses are made.
WORDS: tuple[str, ...] = tuple(_WORDS.split())
