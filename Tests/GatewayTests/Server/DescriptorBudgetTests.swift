import GatewayConfig
import Testing

@testable import Gateway

@Suite struct DescriptorBudgetTests {
    private func budget(connections: Int, upstream: Int, loops: Int = 2, limit: Int) -> DescriptorBudget {
        var configuration = GatewayConfiguration(
            upstream: UpstreamConfiguration(
                servers: [UpstreamServer(.url(HTTPEndpoint(scheme: .http, host: "b", port: 80)))]
            ),
            introspection: IntrospectionConfiguration(endpoints: [])
        )
        configuration.limits.connections = connections
        configuration.upstream.pool.maxConnections = upstream
        return DescriptorBudget(configuration, loops: loops, limit: limit)
    }

    @Test func whatIsConfiguredWhereThereIsRoom() {
        let budget = budget(connections: 10_000, upstream: 1024, limit: 1 << 20)
        #expect(budget.connections == 10_000 && budget.problem == nil)
    }

    /// Client connections, three for each upstream connection, the operators' and the reserve never come to more than
    /// there are.
    @Test func staysBelowTheLimit() {
        for limit in [256, 1024, 4096, 16_384, 65_536] {
            for (connections, upstream) in [(10_000, 1024), (10_000, 16), (100, 1024), (1, 1)] {
                let budget = budget(connections: connections, upstream: upstream, limit: limit)
                let inUse = min(budget.connections, upstream * 2) * 3
                #expect(budget.connections + inUse + 128 + 64 <= limit, "\(connections), \(upstream) of \(limit)")
                #expect(budget.connections <= connections)
                #expect((budget.problem == nil) == (budget.connections == connections))
            }
        }
    }

    @Test func saysWhatToDo() {
        let budget = budget(connections: 10_000, upstream: 1024, limit: 256)
        #expect(
            budget.problem
                == "limits.connections is 10000, but the process may have only 256 descriptors: 16 connections are accepted "
                + "at a time; raise the limit (ulimit -n, LimitNOFILE=)"
        )
        #expect(self.budget(connections: 10, upstream: 1, limit: 64).connections == 1)
    }
}
