import CurlTransport
import GatewayConfig
import NIOCore

/// Fetches the catalog of a backend.
public struct LiveCatalogClient: Sendable {
    /// Why there is none.
    public struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
        /// What is wrong and what to do, for the operator.
        public let description: String
    }

    /// The path that is asked when a URL has none.
    public static let defaultPath = "/api/v1/scopes"
    private static let maximumAnswer = 1 << 20
    private static let longestAuthorities = 16 << 20
    private static let timeoutMilliseconds = 10_000

    private let endpoint: HTTPEndpoint
    private let certificateAuthorityFile: String?

    /// A client of a backend.
    ///
    /// - Parameters:
    ///   - endpoint: the URL; without a path it is that of ``defaultPath``.
    ///   - certificateAuthorityFile: PEM authorities to trust instead of the system's.
    public init(endpoint: HTTPEndpoint, certificateAuthorityFile: String? = nil) {
        self.endpoint =
            endpoint.target == "/"
            ? HTTPEndpoint(
                scheme: endpoint.scheme,
                host: endpoint.host,
                port: endpoint.port,
                target: Self.defaultPath
            ) : endpoint
        self.certificateAuthorityFile = certificateAuthorityFile
    }

    /// Asks for it.
    ///
    /// - Parameter key: an API key, sent as a bearer token; nil for none.
    /// - Throws: ``Failure`` when there is no answer that could be read.
    public func fetch(key: [UInt8]?) async throws -> LiveCatalog {
        var headers = ["Accept: application/json"]
        if let key { headers.append("Authorization: Bearer \(String(decoding: key, as: UTF8.self))") }
        let request = TransferRequest(
            url: endpoint.description,
            headers: headers,
            timeoutMilliseconds: Self.timeoutMilliseconds,
            maximumResponseBytes: Self.maximumAnswer,
            trust: endpoint.scheme == .https ? try trust() : nil
        )
        let result = try await ToolLoop.run { loop in await loop.transfer(request) }
        let response: TransferResponse
        switch result {
        case .success(let answer): response = answer
        case .failure(let failure): throw Failure(description: "\(endpoint): \(failure)")
        }
        guard response.status == 200 else {
            throw Failure(description: "\(endpoint) answers \(response.status)" + Self.hint(response.status, key))
        }
        do {
            return try LiveCatalog(parsing: response.body)
        } catch {
            throw Failure(description: "\(endpoint): \(error)")
        }
    }

    private func trust() throws -> TLSTrust {
        guard let file = certificateAuthorityFile else { return TLSConfiguration().trust }
        do {
            return try TLSTrust.of(authorities: try SystemFiles().read(file, limit: Self.longestAuthorities))
        } catch let error as FileReadError {
            throw Failure(description: "\(file) can't be read: \(error)")
        } catch {
            throw Failure(description: "\(file) has no certificates of authorities in PEM")
        }
    }

    private static func hint(_ status: Int, _ key: [UInt8]?) -> String {
        switch status {
        case 401 where key == nil: ": it wants a key; see --key, --key-file and --key-env"
        case 401, 403: ": it does not take this key"
        case 301, 302, 303, 307, 308: ": redirects are not followed; give the URL that it leads to"
        default: ""
        }
    }
}
