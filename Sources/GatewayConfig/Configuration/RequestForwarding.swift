import RouteMap

extension GatewayConfiguration {
    /// Why the request of a verdict isn't forwarded although its route lets it through; `nil` if it is.
    public func spellingFault(of verdict: RequestVerdict) -> SpellingFault? {
        guard verdict.isMapped else { return nil }
        let path = Array(verdict.target.utf8.prefix { $0 != UInt8(ascii: "?") })
        return PrefixTable(upstreams.map(\.prefix)).isAmbiguous(path.span) ? .otherUpstream : nil
    }

    /// Where the request of a verdict goes if it is let through; `nil` for one that isn't whatever its key.
    public func forwarding(of verdict: RequestVerdict) -> RequestVerdict.Forwarding? {
        guard verdict.isMapped else { return nil }
        let path = Array(verdict.target.utf8.prefix { $0 != UInt8(ascii: "?") })
        let item = PrefixTable(upstreams.map(\.prefix)).number(of: path.span).map { upstreams[$0] }
        let chosen = item?.upstream ?? upstream
        return RequestVerdict.Forwarding(
            prefix: item?.prefix.description,
            servers: chosen.servers.map { "\($0.location)" },
            firstByteTimeout: (verdict.timeouts.firstByte ?? chosen.firstByteTimeout).configurationText,
            idleTimeout: (verdict.timeouts.idle ?? chosen.idleTimeout).configurationText
        )
    }
}
