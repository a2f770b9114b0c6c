import Testing

@testable import Gateway

@Suite("HeapKeeper")
struct HeapKeeperTests {
    @Test func trimsWhatWasFreedAfterAStorm() {
        let slack = HeapKeeper.slack
        #expect(HeapKeeper.mustTrim(resident: 3 * slack, base: slack, free: { 2 * slack }))
        // Nothing to be had, or not enough to be worth it.
        #expect(!HeapKeeper.mustTrim(resident: 3 * slack, base: slack, free: { slack }))
        #expect(!HeapKeeper.mustTrim(resident: 2 * slack, base: slack, free: { .max }))
    }

    /// The heap is only asked when the process has grown, for asking takes its locks.
    @Test func asksTheHeapOnlyWhenTheProcessHasGrown() {
        var asked = 0
        for resident in stride(from: 0, through: HeapKeeper.slack, by: 1 << 20) {
            _ = HeapKeeper.mustTrim(resident: resident, base: 0) {
                asked += 1
                return 0
            }
        }
        #expect(asked == 0)
    }
}
