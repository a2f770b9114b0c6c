import CBuild
import CurlTransport

/// What `--version` says. The time of the build is not in it: the same sources give the same program.
enum Version {
    static let number = "0.1.0"

    static var text: String {
        let commit = String(cString: scopegate_build_commit())
        return """
            scopegate \(number)\(commit.isEmpty ? "" : " (\(commit))")
            Swift \(compiler), \(architecture) Linux
            \(CurlLibrary.version)
            listeners: TLS by BoringSSL of swift-nio-ssl
            """
    }

    private static var compiler: String {
        #if compiler(>=6.4)
            "6.4 or newer"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }

    private static var architecture: String {
        #if arch(x86_64)
            "x86_64"
        #elseif arch(arm64)
            "aarch64"
        #else
            "unknown"
        #endif
    }
}
