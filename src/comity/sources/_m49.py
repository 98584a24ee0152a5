"""The numbers of UN Comtrade and BACI as states: UN M49, with Comtrade's further ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from comity.sources._context import NOT_A_STATE, Frame, numbers_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["NO_STATES", "NUMBERS", "numbered_states"]

_PAIRS = (
    "4:AFG 8:ALB 12:DZA 20:AND 24:AGO 28:ATG 31:AZE 32:ARG 36:AUS 40:AUT 44:BHS 48:BHR 50:BGD "
    "51:ARM 52:BRB 56:BEL 58:BEL 64:BTN 68:BOL 70:BIH 72:BWA 76:BRA 84:BLZ 90:SLB 96:BRN "
    "100:BGR 104:MMR 108:BDI 112:BLR 116:KHM 120:CMR 124:CAN 132:CPV 140:CAF 144:LKA 148:TCD "
    "152:CHL 156:CHN 158:TWN 170:COL 174:COM 178:COG 180:COD 188:CRI 191:HRV 192:CUB 196:CYP "
    "200:CSK 203:CZE 204:BEN 208:DNK 212:DMA 214:DOM 218:ECU 222:SLV 226:GNQ 230:ETH 231:ETH "
    "232:ERI 233:EST 242:FJI 246:FIN 250:FRA 251:FRA 262:DJI 266:GAB 268:GEO 270:GMB 275:PSE "
    "276:DEU 278:DDR 280:BRD 288:GHA 296:KIR 300:GRC 308:GRD 320:GTM 324:GIN 328:GUY 332:HTI "
    "336:VAT 340:HND 348:HUN 352:ISL 356:IND 360:IDN 364:IRN 368:IRQ 372:IRL 376:ISR 380:ITA "
    "381:ITA 384:CIV 388:JAM 392:JPN 398:KAZ 400:JOR 404:KEN 408:PRK 410:KOR 414:KWT 417:KGZ "
    "418:LAO 422:LBN 426:LSO 428:LVA 430:LBR 434:LBY 438:LIE 440:LTU 442:LUX 450:MDG 454:MWI "
    "458:MYS 462:MDV 466:MLI 470:MLT 478:MRT 480:MUS 484:MEX 492:MCO 496:MNG 498:MDA 499:MNE "
    "504:MAR 508:MOZ 512:OMN 516:NAM 520:NRU 524:NPL 528:NLD 548:VUT 554:NZL 558:NIC 562:NER "
    "566:NGA 578:NOR 579:NOR 583:FSM 584:MHL 585:PLW 586:PAK 588:PAK 590:PAN 591:PAN 598:PNG "
    "600:PRY 604:PER 608:PHL 616:POL 620:PRT 624:GNB 626:TLS 634:QAT 642:ROU 643:RUS 646:RWA "
    "659:KNA 662:LCA 670:VCT 674:SMR 678:STP 682:SAU 686:SEN 688:SRB 690:SYC 694:SLE 699:IND "
    "702:SGP 703:SVK 704:VNM 705:SVN 706:SOM 710:ZAF 711:ZAF 716:ZWE 720:YMD 724:ESP 728:SSD "
    "729:SDN 736:SDN 740:SUR 748:SWZ 752:SWE 756:CHE 757:CHE 760:SYR 762:TJK 764:THA 768:TGO "
    "776:TON 780:TTO 784:ARE 788:TUN 792:TUR 795:TKM 798:TUV 800:UGA 804:UKR 807:MKD 810:SUN "
    "818:EGY 826:GBR 834:TZA 835:TZA 836:ZAN 840:USA 841:USA 842:USA 854:BFA 858:URY 860:UZB "
    "862:VEN 866:VNM 868:RVN 882:WSM 886:YAR 887:YEM 890:YUG 891:SCG 894:ZMB "
)
NUMBERS = dict(pair.split(":") for pair in _PAIRS.split())
"""Id of a state by the number of UN Comtrade, former states included."""

# Territories, unions, parts of states, ships' stores, "not elsewhere specified" and the world. 492
# is Monaco in M49 and "Europe EU, nes" in Comtrade: see `numbered_states`.
NO_STATES = frozenset({
    0, 10, 16, 60, 74, 80, 86, 92, 97, 129, 136, 162, 166, 175, 184, 221, 234, 238, 239, 248, 254,
    258, 260, 290, 292, 304, 312, 316, 334, 344, 446, 457, 459, 461, 471, 472, 473, 474, 490, 500,
    527, 530, 531, 532, 533, 534, 535, 536, 540, 568, 570, 574, 577, 580, 581, 582, 592, 612, 636,
    637, 638, 647, 652, 654, 658, 660, 663, 666, 697, 698, 717, 732, 744, 772, 796, 831, 832, 833,
    837, 838, 839, 849, 850, 876, 879, 899,
})  # fmt: skip
"""Numbers that stand for no state, known as such."""


def numbered_states(
    frame: Frame,
    column: str,
    when: Sequence[object],
    resolve: Callable[[Any], Any],
    also_no_states: frozenset[int] = frozenset(),
) -> Any:
    """Return the ids of the states that a column of numbers names; other rows are dropped.

    Parameters
    ----------
    frame : Frame
        Rows with columns as published.
    column : str
        The column of numbers.
    when : sequence
        Year or period of each row, for the message.
    resolve : callable
        Turns ISO3 codes, one per row, into the ids of the states of that time.
    also_no_states : frozenset of int
        Numbers that this publisher uses for what is no state, though M49 gives them to one.
    """
    # A column of a million rows holds some two hundred numbers: only those are looked at.
    codes, distinct = pd.factorize(np.asarray(frame.data[column], dtype=object))
    numbers = numbers_of(distinct)
    frame.drop(
        np.append(np.isin(numbers, [*NO_STATES, *also_no_states]), values=False)[codes],
        NOT_A_STATE,
        lambda row: f"number {frame.cell(column, row)} is a territory or a group, no state.",
    )
    ids = np.array([*(NUMBERS.get(f"{number:.0f}") for number in numbers), None], dtype=object)
    found = resolve(ids[codes])
    frame.drop(
        pd.isna(found),
        "unknown_state",
        lambda row: f"number {frame.cell(column, row)} is no state that we know in {when[row]}.",
    )
    return found
