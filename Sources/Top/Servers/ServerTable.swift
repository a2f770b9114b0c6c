/// What `scopegate upstreams` shows: a line for each server, and how many are out.
public struct ServerTable {
    private let list: ServerList

    /// A table of these servers.
    public init(_ list: ServerList) {
        self.list = list
    }

    private struct Column: Sendable {
        var name: String
        var isNumber = false
        var value: @Sendable (ServerList.Server) -> String
    }

    private static let columns = [
        Column(name: "UPSTREAM", value: \.upstream), Column(name: "SERVER", value: \.address),
        Column(name: "WEIGHT", isNumber: true) { "\($0.weight)" }, Column(name: "STATE", value: \.state),
        Column(name: "IN FLIGHT", isNumber: true) { "\($0.inFlight)" },
        Column(name: "REQUESTS", isNumber: true) { "\($0.requests)" },
        Column(name: "FAILED", isNumber: true) { "\($0.failures)" },
        Column(name: "CONNECTIONS", isNumber: true) { "\($0.connections)" },
        Column(name: "IDLE", isNumber: true) { "\($0.idle)" },
    ]

    /// The lines, as long as they are.
    public func lines(isColoured: Bool) -> [String] {
        let widths = Self.columns.map { column in
            list.servers.reduce(column.name.count) { max($0, TerminalText(column.value($1)).width) }
        }
        var heading = TerminalText()
        for (column, width) in zip(Self.columns, widths) {
            heading.add(column.name, columns: width, alignRight: column.isNumber, .dim)
            heading.add("  ")
        }
        heading.add("WHY", .dim)
        let rows = list.servers.map { server in
            var line = TerminalText()
            for (column, width) in zip(Self.columns, widths) {
                let style = column.name == "STATE" ? Self.style(server) : .plain
                line.add(column.value(server), columns: width, alignRight: column.isNumber, style)
                line.add("  ")
            }
            line.add(why(server))
            return line
        }
        let out = list.servers.count { !$0.isWell }
        let total = "\(list.servers.count) \(list.servers.count == 1 ? "server" : "servers")"
        let summary = TerminalText("\(total), \(out == 0 ? "none" : "\(out)") out", out == 0 ? .green : .yellow)
        return ([heading] + rows + [summary]).map { $0.rendered(columns: .max, isColoured: isColoured) }
    }

    private static func style(_ server: ServerList.Server) -> TerminalText.Style {
        switch server.state {
        case "healthy": .green
        case "probation": .yellow
        default: .red
        }
    }

    /// What is held against a server, for how long, and when it is tried again.
    private func why(_ server: ServerList.Server) -> String {
        guard !server.isWell else { return server.checkProblem.map { "its last check failed: \($0)" } ?? "" }
        let out = server.since.map { "out for \(Quantity.duration(list.time - $0))" } ?? "out"
        let next =
            switch server.state {
            case "ejected": server.until.map { "tried in \(Quantity.duration($0 - list.time))" }
            case "probation": "tried with the next request"
            case "unhealthy": "until its checks succeed"
            default: String?.none
            }
        return [out, next].compactMap(\.self).joined(separator: ", ") + (server.reason.map { ": \($0)" } ?? "")
    }
}
