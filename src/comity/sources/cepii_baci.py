"""Trade between two states by direction, year by year (CEPII BACI)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from comity.sources._context import NOT_A_STATE, Frame, Seen, States, numbers_of, years_of
from comity.sources._dyads import Sides, frames_of, year_batches
from comity.sources._remote import RemoteFile, Site
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Batch, Reject

__all__ = ["SPEC", "expected", "parse"]

_COLUMNS = ("t", "i", "j", "k", "v")

SPEC = SourceSpec(
    name="cepii_baci",
    title="BACI: international trade at the product level",
    publisher="CEPII (Guillaume Gaulier and Soledad Zignago)",
    url="https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
    licence="Etalab open licence 2.0 according to CEPII; not verified",
    redistribution="attribution",
    citation="baci",
    cadence="Y",
    coverage="1995/",
    reliability="B",
    tables=("trade_flows",),
    layouts=(
        Layout(
            "BACI year",
            "BACI_*.csv",
            _COLUMNS,
            "cepii.fr, BACI_HS92_Y2020_V202401.csv and the like, one file a year.",
        ),
        Layout(
            "iopspackage sample",
            "ExampleTradeData.rda",
            _COLUMNS,
            "R package iopspackage, ExampleTradeData.rda: a few exporters of 2020.",
        ),
    ),
    out_of_scope=(NOT_A_STATE,),
    file_by_file=True,
    notes="Value (v, thousand current US dollars, free on board) summed over products and written"
    " in millions; quantities are not read. Reports of both sides are reconciled by CEPII. Flows"
    " below 1,000 dollars and true zeros are left out alike: a dyad without a row traded nothing"
    " that was reported, and for states whose customs went silent (Russia from 2022, Iran in part)"
    " only the partner's reports are left. Numbers of states are those of UN Comtrade, which differ"
    " from ISO for France, India, Italy, Norway, Switzerland and the United States; until 1998"
    " Belgium includes Luxembourg, until 1999 South Africa the customs union. 490 (other Asia) is"
    " mostly Taiwan but is no state: it is set aside. Collect one nomenclature (HS92, HS17 ...)"
    " only; they hold the same trade. Known from 1 July of the next year (assumed).",
)

# UN M49 numbers, with the further ones that UN Comtrade uses.
_NUMBERS = (
    "4:AFG 8:ALB 12:DZA 20:AND 24:AGO 28:ATG 31:AZE 32:ARG 36:AUS 40:AUT 44:BHS 48:BHR 50:BGD "
    "51:ARM 52:BRB 56:BEL 58:BEL 64:BTN 68:BOL 70:BIH 72:BWA 76:BRA 84:BLZ 90:SLB 96:BRN "
    "100:BGR 104:MMR 108:BDI 112:BLR 116:KHM 120:CMR 124:CAN 132:CPV 140:CAF 144:LKA 148:TCD "
    "152:CHL 156:CHN 158:TWN 170:COL 174:COM 178:COG 180:COD 188:CRI 191:HRV 192:CUB 196:CYP "
    "203:CZE 204:BEN 208:DNK 212:DMA 214:DOM 218:ECU 222:SLV 226:GNQ 231:ETH 232:ERI 233:EST "
    "242:FJI 246:FIN 250:FRA 251:FRA 262:DJI 266:GAB 268:GEO 270:GMB 275:PSE 276:DEU 288:GHA "
    "296:KIR 300:GRC 308:GRD 320:GTM 324:GIN 328:GUY 332:HTI 336:VAT 340:HND 348:HUN 352:ISL "
    "356:IND 360:IDN 364:IRN 368:IRQ 372:IRL 376:ISR 380:ITA 381:ITA 384:CIV 388:JAM 392:JPN "
    "398:KAZ 400:JOR 404:KEN 408:PRK 410:KOR 414:KWT 417:KGZ 418:LAO 422:LBN 426:LSO 428:LVA "
    "430:LBR 434:LBY 438:LIE 440:LTU 442:LUX 450:MDG 454:MWI 458:MYS 462:MDV 466:MLI 470:MLT "
    "478:MRT 480:MUS 484:MEX 492:MCO 496:MNG 498:MDA 499:MNE 504:MAR 508:MOZ 512:OMN 516:NAM "
    "520:NRU 524:NPL 528:NLD 548:VUT 554:NZL 558:NIC 562:NER 566:NGA 578:NOR 579:NOR 583:FSM "
    "584:MHL 585:PLW 586:PAK 591:PAN 598:PNG 600:PRY 604:PER 608:PHL 616:POL 620:PRT 624:GNB "
    "626:TLS 634:QAT 642:ROU 643:RUS 646:RWA 659:KNA 662:LCA 670:VCT 674:SMR 678:STP 682:SAU "
    "686:SEN 688:SRB 690:SYC 694:SLE 699:IND 702:SGP 703:SVK 704:VNM 705:SVN 706:SOM 710:ZAF "
    "711:ZAF 716:ZWE 724:ESP 728:SSD 729:SDN 736:SDN 740:SUR 748:SWZ 752:SWE 756:CHE 757:CHE "
    "760:SYR 762:TJK 764:THA 768:TGO 776:TON 780:TTO 784:ARE 788:TUN 792:TUR 795:TKM 798:TUV "
    "800:UGA 804:UKR 807:MKD 818:EGY 826:GBR 834:TZA 840:USA 842:USA 854:BFA 858:URY 860:UZB "
    "862:VEN 882:WSM 887:YEM 891:SCG 894:ZMB "
)
_STATES = dict(pair.split(":") for pair in _NUMBERS.split())
_NO_STATES = frozenset({
    16, 60, 86, 92, 136, 162, 166, 175, 184, 238, 258, 260, 292, 304, 316, 344, 446, 490, 500, 530,
    531, 533, 534, 535, 540, 570, 574, 580, 612, 652, 654, 660, 666, 697, 772, 796, 849, 876,
})  # fmt: skip


def expected(site: Site, since: dt.date, until: dt.date) -> Iterator[RemoteFile]:
    """Yield the archive of the edition that is known: one file a year, of several gigabytes."""
    del site, since, until
    name = "BACI_HS92_V202401.zip"
    yield RemoteFile(name, f"http://www.cepii.fr/DATA_DOWNLOAD/baci/data/{name}")


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per exporter, importer and year, the sum over products.

    Files are read in bounded memory; of each row of a year eight bytes are kept, to know a
    repeated one.

    Parameters
    ----------
    path : pathlib.Path
        A file in one of ``SPEC.layouts``, a zip archive of one, or a folder.

    Raises
    ------
    SourceChanged
        If a file has none of the layouts, or is damaged.
    """
    states, seen = States(), Seen()
    keys = ["actor", "recipient", "year"]
    total = pd.DataFrame(columns=[*keys, "value", "locator"])
    for frame, _ in frames_of(path, SPEC):
        sides, values = _checked(frame, states)
        frame.drop_repeated(frame.data[["t", "i", "j", "k"]], seen, "this row is given twice.")
        yield from frame.rejects
        rows = sides.directed({"value": values})[[*keys, "value", "locator"]]
        if len(rows):
            both = pd.concat([total, rows], ignore_index=True) if len(total) else rows
            how = {"value": "sum", "locator": "first"}
            total = both.groupby(keys, sort=True, as_index=False).agg(how)
    if len(total):
        total["value"] = total["value"] / 1_000.0
    yield from year_batches(
        "trade_flows",
        total,
        {"actor": str, "recipient": str, "year": int, "value": float},
        lambda year: dt.date(year + 1, 7, 1),
        "assumed",
    )


def _checked(frame: Frame, states: States) -> tuple[Sides, Any]:
    years = years_of(frame.data["t"])
    frame.drop(
        [year is None for year in years],
        "bad_value",
        lambda row: f"{frame.cell('t', row)!r} is not a year.",
    )
    first, second = (_state(frame, column, years, states) for column in ("i", "j"))
    same = np.asarray(first == second, dtype=bool) & ~pd.isna(first)
    frame.drop(same, "same_state", lambda row: f"both sides are {first[row]}.")
    values = numbers_of(frame.data["v"])
    frame.drop(~(values >= 0), "bad_value", lambda row: f"{frame.cell('v', row)!r} is no amount.")
    given = (np.asarray(frame.data["i"]), np.asarray(frame.data["j"]))
    return Sides(frame, first, second, years, given), values


def _state(frame: Frame, column: str, years: list[int | None], states: States) -> Any:
    numbers = numbers_of(frame.data[column])
    frame.drop(
        np.isin(numbers, list(_NO_STATES)),
        NOT_A_STATE,
        lambda row: f"number {numbers[row]:.0f} is a territory or a group, no state.",
    )
    codes, distinct = pd.factorize(numbers)
    ids = np.array([*(_STATES.get(f"{number:.0f}") for number in distinct), None], dtype=object)
    found = states.in_year(ids[codes], years, "iso3")
    frame.drop(
        pd.isna(found),
        "unknown_state",
        lambda row: f"number {frame.cell(column, row)} is no state that we know in {years[row]}.",
    )
    return found
