"""What is read from the records of a barrier into its seasons."""

from collections import Counter
from datetime import date

from fieldapp.protocols.pitfall_barrier.season import Night, Row, day_at, place_of, seasons
from tests.protocols.pitfall_barrier.barrier_sample import (
    TODAY,
    barrier,
    bucket,
    campaign,
    catch,
    check,
    file_rows,
    missed,
    sample,
)


def test_the_sample_has_a_season_a_year_with_every_animal_and_every_gap() -> None:
    found = seasons(sample(), TODAY)
    assert [season.year for season in found] == list(range(2005, 2021))
    told = {(row["check_on"], row["checked"], bool(row["cd_nom"])) for row in file_rows()}
    for season in found:
        own = [one for one in told if one[0].startswith(str(season.year))]
        assert len(season.days) == sum(checked == "oui" for _on, checked, _caught in own)
        assert season.empty == sum(checked == "oui" and not caught for _on, checked, caught in own)
        # Months without a line do not occur in the sample: who did not go said so.
        assert list(season.missed) == sorted(on for on, checked, _caught in own if checked == "non")
        assert season.bucket_nights == 12 * len(season.days)
    rows = [row for season in found for several in season.rows.values() for row in several]
    assert sum(row.males + row.females + row.unsexed for row in rows) == 8900
    assert sum(len(season.missed) for season in found) == 154
    by_taxon = Counter[int]()
    for line in file_rows():
        if line["cd_nom"]:
            by_taxon[int(line["cd_nom"])] += int(line["count"])
    ours = Counter[int]()
    for season in found:
        for cd_nom, several in season.rows.items():
            ours[cd_nom] += sum(row.males + row.females for row in several)
    assert ours == by_taxon


def test_the_weather_of_a_morning_stands_beside_it() -> None:
    season = seasons(sample(), TODAY)[0]
    assert dict(zip(season.days, season.nights, strict=True))["2005-02-04"] == Night(2.9, 11.8, 2.1)


def test_a_pair_is_half_males_and_half_females() -> None:
    site = barrier(
        campaign("2026-03-01", "2026-03-05"),
        check(
            "2026-03-01",
            catch(4, "5", amplexus=True),
            catch(3, "5"),
            catch(2),
            catch(5, "1"),
            catch(2, "M", direction="out", vitality="dead"),
            catch(1, "F", stage="3"),
        ),
    )
    (season,) = seasons(site, TODAY)
    assert season.rows[259] == [
        Row(0, 2, 2, 0, inward=True, dead=False, young=False),
        Row(0, 0, 0, 3, inward=True, dead=False, young=False),
        Row(0, 0, 0, 2, inward=True, dead=False, young=False),
        Row(0, 0, 0, 5, inward=True, dead=False, young=False),
        Row(0, 2, 0, 0, inward=False, dead=True, young=False),
        Row(0, 0, 1, 0, inward=True, dead=False, young=True),
    ]


def test_catches_that_say_nothing_and_catches_of_a_missed_morning_do_not_count() -> None:
    nothing = missed("2026-03-02")
    nothing.children.extend(check("2026-03-02", catch(7)).children)
    site = barrier(
        campaign("2026-03-01", "2026-03-02"),
        check("2026-03-01", {"bucket": "1", "cd_nom": 259}, {"bucket": "1", "count": 2}),
        nothing,
    )
    (season,) = seasons(site, TODAY)
    assert not season.rows
    assert (season.days, season.missed, season.empty) == (("2026-03-01",), ("2026-03-02",), 0)


def test_a_morning_that_nobody_told_of_is_missed_like_one_that_was_told() -> None:
    site = barrier(campaign("2026-03-01", "2026-03-05"), check("2026-03-02"), missed("2026-03-04"))
    (season,) = seasons(site, TODAY)
    assert season.missed == ("2026-03-01", "2026-03-03", "2026-03-04", "2026-03-05")
    assert [(gap.first_on, gap.days) for gap in season.gaps] == [("2026-03-01", 1), ("2026-03-03", 3)]


def test_today_is_missed_only_when_somebody_said_so_and_what_is_to_come_never() -> None:
    today = date(2026, 3, 3)
    begun = [campaign("2026-03-01", "2026-03-20"), check("2026-03-01"), check("2026-03-02")]
    (quiet,) = seasons(barrier(*begun), today)
    (told,) = seasons(barrier(*begun, missed("2026-03-03")), today)
    assert (quiet.missed, told.missed) == ((), ("2026-03-03",))
    assert not quiet.is_over
    assert [(gap.first_on, gap.last_on) for gap in quiet.gaps] == [("2026-03-03", "2026-03-20")]


def test_a_campaign_that_has_not_opened_is_no_season() -> None:
    site = barrier(campaign("2026-03-01", "2026-03-05"))
    assert seasons(site, date(2026, 2, 28)) == ()
    assert len(seasons(site, date(2026, 3, 1))) == 1


def test_a_check_outside_the_campaign_joins_the_season_of_its_year() -> None:
    site = barrier(
        campaign("2026-03-01", "2026-03-03"),
        *(check(f"2026-03-0{day}") for day in (1, 2, 3)),
        check("2026-03-06", catch(2)),
    )
    (season,) = seasons(site, TODAY)
    assert (season.first_on, season.last_on) == ("2026-03-01", "2026-03-06")
    assert season.days[-1] == "2026-03-06"
    assert season.missed == ()
    assert sum(row.unsexed for row in season.rows[259]) == 2


def test_checks_of_a_year_without_a_campaign_make_a_season_of_their_own() -> None:
    site = barrier(check("2024-03-01"), check("2024-03-03", catch()), campaign("2026-03-01", "2026-03-03"))
    first, second = seasons(site, TODAY)
    assert (first.year, first.campaign, first.first_on, first.last_on) == (2024, None, "2024-03-01", "2024-03-03")
    assert first.missed == ("2024-03-02",)
    assert second.campaign is not None
    assert second.campaign.data["opened_on"] == "2026-03-01"


def test_two_campaigns_of_a_year_are_two_seasons_and_a_day_of_both_belongs_to_the_later_one() -> None:
    site = barrier(
        campaign("2026-03-01", "2026-03-10"),
        campaign("2026-03-10", "2026-03-12"),
        check("2026-03-10", catch()),
    )
    spring, second = seasons(site, TODAY)
    assert (spring.days, second.days) == ((), ("2026-03-10",))
    assert len(spring.missed) == 9


def test_two_checks_of_one_morning_are_one_morning() -> None:
    site = barrier(
        campaign("2026-03-01", "2026-03-01"),
        bucket("1"),
        check("2026-03-01", night_min_c=6.0),
        check("2026-03-01", catch(2, "M"), rain_mm=1.0),
        check("2026-03-01", catch(1, "F"), night_min_c=7.0),
    )
    (season,) = seasons(site, TODAY)
    assert len(season.checks) == 3
    assert (season.days, season.empty, season.bucket_nights) == (("2026-03-01",), 0, 1)
    assert {row.day for row in season.rows[259]} == {0}
    assert season.nights in {(Night(6.0, None, 1.0),), (Night(7.0, None, 1.0),)}


def test_only_open_buckets_in_place_make_bucket_nights() -> None:
    site = barrier(
        campaign("2026-03-01", "2026-03-03"),
        bucket("1"),
        bucket("2", from_on="2026-03-02"),
        bucket("3", until_on="2026-03-01"),
        check("2026-03-01"),
        check("2026-03-02", closed_buckets=["2", "3"]),
        missed("2026-03-03"),
    )
    (season,) = seasons(site, TODAY)
    # Two on the first morning, one of two on the second: bucket 3 was gone and its being closed takes nothing away.
    assert season.bucket_nights == 3


def test_a_date_stands_at_the_same_place_of_the_calendar_in_every_year() -> None:
    assert [place_of(f"{year}-03-01", year) for year in (2019, 2020)] == [61, 61]
    assert place_of("2020-02-29", 2020) == 60
    assert [day_at(60, year) for year in (2019, 2020)] == ["2019-02-28", "2020-02-29"]
    for on in ("2019-01-01", "2019-03-01", "2019-12-31", "2020-01-01", "2020-02-29"):
        assert day_at(place_of(on, 2019), 2019) == on
    assert place_of("2020-01-01", 2019) == place_of("2019-12-31", 2019) + 1


def test_a_check_outside_the_campaign_widens_the_season_and_the_days_up_to_it_are_a_gap() -> None:
    looked = [check(f"2026-03-{day:02}") for day in range(1, 6)]
    site = barrier(campaign("2026-03-01", "2026-03-05"), *looked, check("2026-02-20", catch()), check("2026-03-09"))
    (season,) = seasons(site, TODAY)
    assert (season.first_on, season.last_on) == ("2026-02-20", "2026-03-09")
    assert [(gap.first_on, gap.last_on) for gap in season.gaps] == [
        ("2026-02-21", "2026-02-28"),
        ("2026-03-06", "2026-03-08"),
    ]
    # No morning of the campaign itself was missed.
    assert season.missed == ()


def test_a_check_between_two_campaigns_joins_the_nearer_one() -> None:
    campaigns = campaign("2026-02-01", "2026-02-28"), campaign("2026-09-01", "2026-09-30")
    site = barrier(*campaigns, check("2026-03-02"), check("2026-10-04"), check("2026-08-30"))
    assert [season.days for season in seasons(site, TODAY)] == [("2026-03-02",), ("2026-08-30", "2026-10-04")]


def test_a_season_is_over_on_its_last_day_and_not_before() -> None:
    site = barrier(campaign("2026-03-01", "2026-03-03"), check("2026-03-01"))
    assert [seasons(site, date(2026, 3, day))[0].is_over for day in (2, 3, 4)] == [False, True, True]


def test_the_weather_of_a_morning_nobody_looked_into_stands_beside_it() -> None:
    told = missed("2026-03-02")
    told.record.data.update({"night_min_c": 8.0, "rain_mm": 5.0})
    (season,) = seasons(barrier(campaign("2026-03-01", "2026-03-03"), check("2026-03-01"), told), TODAY)
    assert season.missed == ("2026-03-02", "2026-03-03")
    assert season.missed_nights == (Night(8.0, None, 5.0), Night())
    assert season.nights == (Night(),)
