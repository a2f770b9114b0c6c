import CivilCalendar
import Testing

@Suite("CivilDate")
struct CivilDateTests {
    @Test func everyDayOfFourCenturiesIsTheNextOfTheOneBefore() throws {
        let first = try #require(CivilDate(year: 1800, month: 1, day: 1))
        let last = try #require(CivilDate(year: 2200, month: 12, day: 31))
        #expect(first.components == (1800, 1, 1) && last.components == (2200, 12, 31))
        #expect(last.daysSinceEpoch - first.daysSinceEpoch == 146_461)
        var before = first.components
        for days in (first.daysSinceEpoch + 1)...last.daysSinceEpoch {
            let date = CivilDate(daysSinceEpoch: days)
            let (year, month, day) = date.components
            let follows =
                (year, month, day) == (before.year, before.month, before.day + 1)
                || (year, month, day) == (before.year, before.month + 1, 1)
                || (year, month, day) == (before.year + 1, 1, 1) && before.month == 12 && before.day == 31
            guard follows, CivilDate(year: year, month: month, day: day) == date else {
                Issue.record("day \(days) became \(year)-\(month)-\(day)")
                return
            }
            before = (year, month, day)
        }
    }

    @Test func theEpochIsAThursday() {
        let epoch = CivilDate(daysSinceEpoch: 0)
        #expect(epoch.components == (1970, 1, 1))
        #expect(epoch.weekday == 3 && CivilDate(daysSinceEpoch: -4).weekday == 6)
    }

    @Test func theYearsOfFourDigitsAreThere() {
        #expect(CivilDate(year: 0, month: 1, day: 1)?.daysSinceEpoch == -719_528)
        #expect(CivilDate(year: 9999, month: 12, day: 31)?.daysSinceEpoch == 2_932_896)
        #expect(CivilDate(daysSinceEpoch: -719_528).components == (0, 1, 1))
        #expect(CivilDate(daysSinceEpoch: 2_932_896).components == (9999, 12, 31))
    }

    @Test(
        arguments: [
            (-1, 1, 1), (10_000, 1, 1), (2026, 0, 1), (2026, 13, 1), (2026, 1, 0), (2026, 1, 32), (2026, 4, 31),
            (2026, 2, 29), (1900, 2, 29), (2000, 2, 30),
        ] as [(Int64, Int64, Int64)]
    )
    func thereIsNoSuchDay(year: Int64, month: Int64, day: Int64) {
        #expect(CivilDate(year: year, month: month, day: day) == nil)
    }

    @Test func leapDaysAreThere() {
        #expect(CivilDate(year: 2000, month: 2, day: 29) != nil && CivilDate(year: 2024, month: 2, day: 29) != nil)
    }
}
