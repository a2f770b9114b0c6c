import ArgumentParser
import Gateway
import GatewayConfig

/// How a command reaches the admin listener of a running gateway: by its address and token alone, whatever is wrong
/// with the files.
struct AdminAccessOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file with the admin token. Default: SCOPEGATE_ADMIN_TOKEN, or else admin.token of the configuration.",
            valueName: "path"
        )
    )
    var tokenFile: String?

    @OptionGroup var config: ConfigOption

    /// A client of the listener that was named, by an option or in SCOPEGATE_ADMIN, or else of the configuration's.
    func client(_ named: String?, timeout: Duration = .seconds(30)) throws -> AdminClient {
        let settings = Settings(config)
        let address = try (named ?? Self.environment("SCOPEGATE_ADMIN")).map { try Self.address($0) }
        return AdminClient(
            address: try address ?? settings.address(),
            token: try token(settings),
            timeout: timeout
        )
    }

    /// Clients of all copies that names stand for; of the configuration's listener when there are none.
    func clients(_ named: [String]) throws -> [AdminClient] {
        let environment = Self.environment("SCOPEGATE_ADMIN").map { $0.split(separator: ",").map(String.init) } ?? []
        let names = named.isEmpty ? environment : named
        guard !names.isEmpty else { return [try client(nil)] }
        let token = try token(Settings(config))
        var addresses: [AdminAddress] = []
        do {
            for name in names {
                for address in try Self.address(name).copies() where !addresses.contains(address) {
                    addresses.append(address)
                }
            }
        } catch let error as AdminClient.NoAnswer {
            StandardError.write("error: --admin: \(error)")
            throw ExitStatus.badInput
        }
        return addresses.map { AdminClient(address: $0, token: token) }
    }

    /// The address that `--admin` names.
    static func address(_ text: String) throws -> AdminAddress {
        do {
            return try AdminAddress(parsing: text)
        } catch {
            throw ValidationError("--admin: \(error.message)" + (error.help.map { "; \($0)" } ?? ""))
        }
    }

    private static func environment(_ name: String) -> String? {
        Environment.variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    private func token(_ settings: Settings) throws -> Secret? {
        if let tokenFile { return try Self.token(in: tokenFile) }
        if let text = Self.environment("SCOPEGATE_ADMIN_TOKEN") {
            return try Self.checked(Array(text.utf8), .environment("SCOPEGATE_ADMIN_TOKEN"), "SCOPEGATE_ADMIN_TOKEN")
        }
        guard let read = settings.read else { return nil }
        if read.admin?.token == nil {
            for problem in read.problems where problem.message.hasPrefix("admin.token") {
                StandardError.write("\(problem)\n  help: --token-file or SCOPEGATE_ADMIN_TOKEN can take its place")
            }
        }
        return read.admin?.token
    }

    private static func token(in file: String) throws -> Secret {
        var bytes: [UInt8]
        do {
            bytes = try SystemFiles().read(file, limit: 64 << 10)
        } catch {
            StandardError.write("error: --token-file: \(file) can't be read: \(error)")
            throw ExitStatus.badInput
        }
        while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { bytes.removeLast() }
        return try checked(bytes, .file(file), file)
    }

    private static func checked(_ bytes: [UInt8], _ origin: Secret.Origin, _ place: String) throws -> Secret {
        guard !bytes.isEmpty, bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            StandardError.write("error: what is in \(place) can't be an admin token")
            throw ExitStatus.badInput
        }
        return Secret(bytes: bytes, origin: origin)
    }

    /// What the configuration says, when there is one.
    private struct Settings {
        let config: ConfigOption
        let read: OperatorSettings?

        init(_ config: ConfigOption) {
            self.config = config
            read = config.isPresent ? config.operatorSettings : nil
        }

        func address() throws -> AdminAddress {
            guard let read else {
                let address = AdminConfiguration().address
                StandardError.write("there is no \(config.path) here, so \(address) is asked; see --admin")
                return address
            }
            if let admin = read.admin {
                if !read.namesAdmin {
                    StandardError.write(
                        "\(config.path) has no admin section, so \(admin.address) is asked; see --admin"
                    )
                }
                return admin.address
            }
            // To ask another gateway than was meant would be worse than to ask none.
            for problem in read.problems { StandardError.write(problem.description) }
            StandardError.write("error: the admin listener's address can't be read; name it with --admin")
            throw ExitStatus.badInput
        }
    }
}
