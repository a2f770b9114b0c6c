import CCurl

/// The process-wide state of libcurl.
public enum CurlLibrary {
    /// Initialises libcurl once; later reads cost nothing. `curl_global_init` isn't thread-safe in every build, hence
    /// the single place that calls it.
    static let initialised: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// The version text of the libcurl that is linked at run time, with its TLS library.
    public static var version: String {
        guard let text = curl_version() else { return "libcurl" }
        return String(cString: text)
    }
}
