import Foundation
import Testing

@testable import Audit

@Suite struct AuditReportTests {
    private func line(_ record: AuditRecord, _ body: (AuditLine) -> Void) {
        var chain = TestChain()
        chain.append(.request(record), time: record.timeMicroseconds)
        chain.bytes.dropLast().withUnsafeBytes { body(AuditLine($0)) }
    }

    private func record(_ second: Int64, _ code: StaticString = "forbidden_scope", subject: String = "s") -> AuditRecord
    {
        AuditRecord(
            timeMicroseconds: second * 1_000_000,
            requestID: "r",
            client: "192.0.2.1",
            method: Array("GET".utf8),
            path: Array("/<script>alert(1)</script>".utf8),
            code: code,
            status: 403,
            requiredScope: "read:trades",
            keyID: "key_1",
            subject: subject,
            keyFingerprint: 0x0011_2233_4455_6677,
            generation: 1
        )
    }

    @Test func theTimelineKeepsEveryCountWhateverItSpans() {
        for span in [1, 50, 1000, 100_000, 10_000_000, 1_000_000_000] as [Int64] {
            var timeline = AuditTimeline()
            for number in 0..<1000 as Range<Int64> {
                Array((number % 3 == 0 ? "a" : "b").utf8).withUnsafeBytes {
                    timeline.count(1_700_000_000_000_000 + number * span * 1000, $0)
                }
            }
            let buckets = timeline.buckets
            #expect(buckets.count <= AuditTimeline.maximumBuckets)
            #expect(buckets.reduce(0) { $0 + $1.counts.reduce(0, +) } == 1000)
            #expect(buckets.reduce(0) { $0 + $1.counts[0] } == 334)
            #expect(buckets.allSatisfy { $0.start % timeline.width == 0 })
        }
    }

    @Test func timesBeforeTheFirstAreCountedToo() {
        var timeline = AuditTimeline()
        for time in [10, 3, -5, 7] as [Int64] {
            Array("a".utf8).withUnsafeBytes { timeline.count(time * 1_000_000, $0) }
        }
        #expect(timeline.buckets.map(\.start) == Array(-5...10))
        #expect(timeline.buckets.map { $0.counts[0] }.reduce(0, +) == 4)
    }

    @Test func aReportHasWhatTheShadowMapWouldDecide() {
        var report = AuditReport(title: "log", madeAt: 0)
        let shadow = AuditRecord(
            timeMicroseconds: 0,
            decision: .shadow(AuditShadow(code: "forbidden_scope", requiredScope: "read:tags", template: "/b")),
            requestID: "r",
            client: "192.0.2.1",
            method: Array("GET".utf8),
            path: Array("/a".utf8),
            template: "/a",
            code: "allowed",
            status: 0,
            generation: 1
        )
        for _ in 0..<3 { line(shadow) { report.add($0) } }
        // It is about no refusal.
        #expect(report.top.total == 0)
        #expect(AuditTop.top(report.shadow, 1).first?.label == "GET /a allowed → forbidden_scope read:tags")
        #expect(report.html().contains("What the shadow map would decide otherwise"))
    }

    @Test func allTextIsEscaped() {
        var report = AuditReport(title: "<b>&\"'", madeAt: 0)
        for second in 0..<10 as Range<Int64> {
            line(record(second, "<i>", subject: "<img src=x onerror=alert(1)> \"'&")) { report.add($0) }
        }
        let page = report.html()
        #expect(!page.contains("<script") && !page.contains("<img") && !page.contains("<i>") && !page.contains("<b>"))
        #expect(page.contains("/&lt;script&gt;alert(1)&lt;/script&gt;"))
        #expect(page.contains("&lt;b&gt;&amp;&quot;&#39;"))
    }

    @Test func thePlotsAreOfTheirNumbers() throws {
        var report = AuditReport(title: "t", madeAt: 0)
        // Ten seconds: 1, 2, … 10 refusals.
        for second in 0..<10 as Range<Int64> {
            for _ in 0...second { line(record(1000 + second)) { report.add($0) } }
        }
        let page = report.html()
        // The grid goes to 10, so that the height of a bar is its count in 21.4ths.
        for count in 1...10 {
            let height = SVG.number(214 * Double(count) / 10)
            #expect(page.contains("height=\"\(height)\"/></g>"), "\(count)")
            #expect(page.contains(": forbidden_scope \(count)</title>"))
        }
        #expect(page.contains("<title>read:trades: 55</title>"))
        #expect(page.contains("<title>0011223344556677 key_1 s: 55</title>"))
        let document = page.replacing("<!DOCTYPE html>", with: "").replacing(/<meta[^>]*>/, with: "")
        let parser = XMLReader()
        #expect(parser.isWellFormed(document))
    }

    @Test func nothingIsAReportToo() {
        #expect(AuditReport(title: "t", madeAt: 0).html().contains("There are no records in this time."))
    }

    @Test(arguments: [(1, 1), (4, 1), (5, 1), (6, 2), (10, 2), (11, 5), (25, 5), (26, 10), (999, 200), (1001, 500)])
    func gridSteps(most: Int, step: Int) {
        #expect(TimePlot.niceStep(most) == step)
    }

    @Test(arguments: [(0.0, "0"), (1.5, "1.50"), (-0.256, "-0.26"), (12.004, "12"), (99.999, "100"), (3.07, "3.07")])
    func numbers(value: Double, text: String) {
        #expect(SVG.number(value) == text)
    }
}

/// Whether tags are closed in the order in which they were opened; enough for a page that is written to be XML as well.
private struct XMLReader {
    func isWellFormed(_ text: String) -> Bool {
        var open: [Substring] = []
        for match in text.matches(of: /<(\/?)([a-z0-9]+)[^>]*?(\/?)>/) {
            if match.3 == "/" { continue }
            if match.1 == "/" {
                guard open.popLast() == match.2 else { return false }
            } else {
                open.append(match.2)
            }
        }
        return open.isEmpty
    }
}
