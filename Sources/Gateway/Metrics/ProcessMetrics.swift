import Glibc
import PrometheusMetrics

/// The metrics of the process, by the names that Prometheus' client libraries give them.
enum ProcessMetrics {
    private static let startSeconds = Double(SystemClock.wallMicroseconds) / 1e6

    static var families: [MetricFamily] {
        let memory = Self.memory
        return [
            MetricFamily(
                .counter,
                "process_cpu_seconds_total",
                "Processor time used, by the program and for it.",
                [.init(.real(cpuSeconds))]
            ),
            .gauge("process_resident_memory_bytes", "Memory that is in use.", memory.resident),
            .gauge("process_virtual_memory_bytes", "Address space that is in use.", memory.virtual),
            .gauge("process_open_fds", "Descriptors that are open.", openDescriptors),
            .gauge("process_max_fds", "Descriptors that there may be.", descriptorLimit),
            MetricFamily(
                .gauge,
                "process_start_time_seconds",
                "When the process started, in seconds since 1970.",
                [.init(.real(startSeconds))]
            ),
        ]
    }

    /// To be called when the process starts, so that the time of the first scrape isn't taken for it.
    static func noteStart() {
        _ = startSeconds
    }

    /// Processor time of all threads, in seconds.
    static var cpuSeconds: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    /// Bytes, from proc(5), statm.
    static var memory: (virtual: Int, resident: Int) {
        let pages = readFile("/proc/self/statm").split(separator: UInt8(ascii: " ")).prefix(2).map { digits in
            digits.reduce(0) { $0 * 10 + Int($1 &- 0x30) }
        }
        guard pages.count == 2 else { return (0, 0) }
        let size = Int(getpagesize())
        return (pages[0] * size, pages[1] * size)
    }

    static var openDescriptors: Int {
        guard let folder = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(folder) }
        // Without `.`, `..` and the folder's own.
        var count = -3
        while readdir(folder) != nil { count += 1 }
        return max(0, count)
    }

    private static var descriptorLimit: Int {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(clamping: limit.rlim_cur)
    }

    private static func readFile(_ path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &bytes, bytes.count)
        return Array(bytes.prefix(max(0, count)))
    }
}
