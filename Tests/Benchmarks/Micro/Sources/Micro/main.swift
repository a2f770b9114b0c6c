import Benchmark

// Micro run NAME COUNT    does an operation so many times, for tools that count instructions or allocations
// Micro [options]         times all operations; see --help

let operations: [Operation] = [
    .matchAndDecide, .matchAmongTen, .matchAmongTenThousand, .cacheHit, .matchHitAndDecide, .requestHead, .responseHead,
    .envelope, .auditRecord,
]

let arguments = CommandLine.arguments
if arguments.count == 4, arguments[1] == "run", let count = Int(arguments[3]) {
    guard let operation = operations.first(where: { $0.name == arguments[2] }) else {
        fatalError("there is no operation \(arguments[2])")
    }
    let run = try operation.prepare()
    run(count)
} else if arguments == [arguments[0], "list"] {
    for operation in operations { print(operation.name) }
} else {
    for operation in operations {
        let run = try operation.prepare()
        // A thousand at a time, beside which reading the clock costs nothing: microseconds are ns per operation.
        benchmark("1000 × \(operation.name)") { run(1000) }
    }
    Benchmark.main()
}
