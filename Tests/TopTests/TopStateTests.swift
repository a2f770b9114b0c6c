import StrictJSON
import Testing

@testable import Top

@Suite("What scopegate top keeps")
struct TopStateTests {
    private func figures(_ samples: String...) throws -> JSONValue {
        try Fixture.json("{\"samples\":[\(samples.joined(separator: ","))]}")
    }

    @Test func samplesAreAddedOnce() throws {
        var state = TopState()
        #expect(state.takeFigures(try figures(Fixture.sample(time: 1), Fixture.sample(time: 2))))
        #expect(state.takeFigures(try figures(Fixture.sample(time: 2), Fixture.sample(time: 3))))
        #expect(state.samples.map(\.time) == [1, 2, 3])
        for time in 4...400 { _ = state.takeFigures(try figures(Fixture.sample(time: Double(time)))) }
        #expect(state.samples.count == TopState.keptSamples && state.samples.last?.time == 400)
    }

    @Test func aGatewayThatBeganAnewIsAnother() throws {
        var state = TopState()
        _ = state.takeFigures(try figures(Fixture.sample(time: 10, total: 50)))
        _ = state.takeFigures(try figures(Fixture.sample(time: 5, total: 3)))
        #expect(state.samples.map(\.requests.total) == [3])
    }

    @Test func otherAnswersAreRefused() throws {
        var state = TopState()
        for text in ["{}", "[]", "{\"samples\":[{}]}", "{\"samples\":[\(Fixture.sample()),7]}"] {
            #expect(!state.takeFigures(try Fixture.json(text)), "\(text)")
        }
        #expect(state == TopState())
    }

    @Test func aSampleInOneLine() throws {
        let sample = try #require(TopSample(try Fixture.json(Fixture.sample())))
        let heading = TopLine.heading.split(separator: " ").map(String.init)
        let values = TopLine.text(sample).split(separator: " ").map(String.init)
        #expect(TopLine.heading.count == TopLine.text(sample).count)
        #expect(
            zip(heading, values).map { "\($0)=\($1)" } == [
                "time=15:38:09", "req/s=345", "denied/s=9.99", "5xx/s=0", "p50ms=1.81", "p99ms=20.4", "hit%=99.5",
                "breaker=closed", "calls/s=2", "cpu%=6.32", "MB=46", "gen=3",
            ]
        )
    }
}

@Suite("Numbers and bars of scopegate top")
struct QuantityTests {
    @Test(arguments: [
        (0, "0"), (0.0004, "0.000"), (0.0476, "0.048"), (0.25, "0.25"), (7.3, "7.30"), (9.999, "10.00"),
        (12.34, "12.3"), (100.4, "100"), (1204, "1204"), (1e30, "9223372036854775807"), (-0.5, "-0.50"),
    ])
    func amounts(value: Double, text: String) {
        #expect(Quantity.amount(value) == text)
    }

    @Test func percentages() {
        #expect([nil, 0, 1, 0.5, 0.99999, 0.1234].map(Quantity.percent) == ["-", "0", "100", "50", "99.9", "12.3"])
        #expect(Quantity.amount(.nan) == "-" && Quantity.amount(nil) == "-")
        #expect(Quantity.megabytes(46_460_000) == "46.5 MB")
    }

    @Test func sparklines() {
        #expect(Sparkline.text([1.0, 2, 0, 4, 8], columns: 4) == "▃ ▅█")
        #expect(Sparkline.text([8.0], columns: 3) == "  █")
        #expect(Sparkline.text([0.0, 0], columns: 3) == "   ")
        #expect(Sparkline.text([Double](), columns: 2) == "  ")
        #expect(Sparkline.text([1e-9, 5], columns: 2) == "▁█")
    }

    @Test func wideCharactersTakeTwoColumns() {
        var line = TerminalText("価格")
        #expect(line.width == 4)
        line.add("abc", columns: 2)
        #expect(line.rendered(columns: 10, isColoured: false) == "価格a…")
        #expect(line.rendered(columns: 4, isColoured: false) == "価格")
        #expect(line.rendered(columns: 3, isColoured: false) == "価…")
    }
}
