/// All that the probe asks.
public enum ProbePlan {
    /// The checks, in the order in which they are made; what keeps a connection for long comes last, for there are
    /// backends that serve one at a time.
    public static let checks: [any ProbeCheck] = [
        PathCheck(name: "letter case", spellings: PathSpelling.letterCase),
        PathCheck(name: "trailing slash", spellings: PathSpelling.trailingSlash),
        PathCheck(name: "suffix", spellings: PathSpelling.suffix),
        PathCheck(name: "parameters (;)", spellings: PathSpelling.parameters),
        PathCheck(name: "double slash", spellings: PathSpelling.doubleSlash),
        PathCheck(name: "encoded slash", spellings: PathSpelling.encodedSlash),
        PathCheck(name: "encoded # or ?", spellings: PathSpelling.encodedDelimiter),
        PathCheck(name: "dot segments", spellings: PathSpelling.encodedDots),
        PathCheck(name: "full-width", spellings: PathSpelling.fullWidth),
        PathCheck(name: "encoded letters", spellings: PathSpelling.encodedLetters),
        MethodOverrideCheck(),
        PathOverrideCheck(),
        UnderscoreCheck(),
        IdentityCheck(),
        BodyCheck(method: "GET", timing: .atOnce),
        BodyCheck(method: "POST", timing: .atOnce),
        BodyCheck(method: "GET", timing: .late),
        BodyCheck(method: "POST", timing: .late),
        KeepAliveCheck(),
    ]
}
