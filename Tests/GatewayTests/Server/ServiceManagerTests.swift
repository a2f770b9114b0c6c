import Testing

@testable import Gateway

@Suite("Service manager")
struct ServiceManagerTests {
    private static func manager(_ variables: [String: String]) -> ServiceManager? {
        ServiceManager(environment: { variables[$0] }, process: 7)
    }

    @Test func socketsAreFilesOrAbstract() {
        #expect(Self.manager(["NOTIFY_SOCKET": "/run/a"])?.path == Array("/run/a".utf8))
        #expect(Self.manager(["NOTIFY_SOCKET": "@a/b"])?.path == [0] + Array("a/b".utf8))
    }

    @Test(arguments: [
        [:], ["NOTIFY_SOCKET": ""], ["NOTIFY_SOCKET": "vsock:2:1234"], ["NOTIFY_SOCKET": "relative"],
        ["NOTIFY_SOCKET": "/" + String(repeating: "a", count: 108)],
    ])
    func othersAreNone(variables: [String: String]) {
        #expect(Self.manager(variables) == nil)
    }

    @Test(
        arguments: [
            ([:], nil), (["WATCHDOG_USEC": "30000000"], 15_000_000),
            (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"], 15_000_000),
            (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"], nil),
            (["WATCHDOG_USEC": "0"], nil), (["WATCHDOG_USEC": "-1"], nil), (["WATCHDOG_USEC": "soon"], nil),
        ] as [([String: String], UInt64?)]
    )
    func theWatchdogIsToldTwiceInItsTime(variables: [String: String], interval: UInt64?) {
        let manager = Self.manager(variables.merging(["NOTIFY_SOCKET": "/run/a"]) { $1 })
        #expect(manager?.watchdogInterval == interval)
    }

    @Test func newsAreLines() {
        #expect(ServiceManager.News.ready.text == "READY=1")
        #expect(ServiceManager.News.reloading(microseconds: 5).text == "RELOADING=1\nMONOTONIC_USEC=5")
    }
}
