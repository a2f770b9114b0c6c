import Testing

@testable import CurlTransport

@Suite("TLSTrust")
struct TLSTrustTests {
    private static let first = Array((Self.firstCertificate + "\n").utf8)
    private static let second = Array((Self.secondCertificate + "\n").utf8)
    private static let firstShown = TLSTrust.Certificate(chain: first, key: Array(Self.firstKey.utf8))
    private static let secondShown = TLSTrust.Certificate(chain: second, key: Array(Self.secondKey.utf8))

    private func onLoop(_ body: @Sendable (CurlLoop) throws -> Void) async throws {
        try await LoopFixture.with { fixture in
            try await fixture.run { try body(fixture.curl) }
        }
    }

    @Test func equalContentsAreOneTrust() throws {
        let trust = try TLSTrust.of(authorities: Self.first, certificate: Self.firstShown)
        #expect(try TLSTrust.of(authorities: Self.first, certificate: Self.firstShown) === trust)
        let system = try TLSTrust.of(authorities: nil)
        #expect(try TLSTrust.of(authorities: nil) === system)
    }

    @Test func otherContentsAreAnother() throws {
        let trusts = try [
            TLSTrust.of(authorities: Self.first), TLSTrust.of(authorities: Self.second),
            TLSTrust.of(authorities: Self.first + Self.second), TLSTrust.of(authorities: Self.first + [0x0A]),
            TLSTrust.of(authorities: Self.first, certificate: Self.firstShown),
            TLSTrust.of(authorities: Self.first, certificate: Self.secondShown),
            TLSTrust.of(authorities: nil), TLSTrust.of(authorities: nil, certificate: Self.firstShown), .nobody,
        ]
        for (index, trust) in trusts.enumerated() {
            #expect(trusts.firstIndex { $0 == trust } == index)
        }
    }

    @Test func nothingOfATrustIsSharedWithAnother() async throws {
        try await onLoop { loop in
            let first = try TLSTrust.of(authorities: Self.first)
            let second = try TLSTrust.of(authorities: Self.second)
            let domains = [nil, first, second].map { loop.domain(of: $0) }
            #expect(domains[0] !== domains[1] && domains[1] !== domains[2] && domains[0] !== domains[2])
            #expect(Set(domains.map { $0.share }).count == 3)
            let multis = try domains.map { ObjectIdentifier(try $0.multiForTransfers(on: loop)) }
            #expect(Set(multis).count == 3)
            #expect(loop.domain(of: try TLSTrust.of(authorities: Self.first)) === domains[1])
        }
    }

    /// A domain goes with the last that uses its trust.
    @Test func aDomainEndsWithItsTrust() async throws {
        try await onLoop { loop in
            weak var domain: CurlDomain?
            do {
                let trust = try TLSTrust.of(authorities: Self.first + [0x0A, 0x0A])
                domain = loop.domain(of: trust)
                loop.forgetUnusedTrusts()
                #expect(domain != nil)
                withExtendedLifetime(trust) {}
            }
            loop.forgetUnusedTrusts()
            #expect(domain == nil)
        }
    }

    @Test func problems() {
        func problem(_ authorities: [UInt8]?, _ certificate: TLSTrust.Certificate? = nil) -> TLSTrust.Problem? {
            do {
                _ = try TLSTrust.of(authorities: authorities, certificate: certificate)
                return nil
            } catch {
                return error
            }
        }
        func shown(_ chain: [UInt8], _ key: [UInt8]) -> TLSTrust.Certificate { .init(chain: chain, key: key) }
        #expect(problem([]) == .noAuthorities)
        #expect(problem(Array("none".utf8)) == .noAuthorities)
        #expect(problem(Self.firstShown.key) == .noAuthorities)
        #expect(problem(nil, shown([], Self.firstShown.key)) == .noCertificate)
        #expect(problem(nil, shown(Self.firstShown.key, Self.firstShown.key)) == .noCertificate)
        #expect(problem(nil, shown(Self.first, [])) == .noKey)
        #expect(problem(nil, shown(Self.first, Self.first)) == .noKey)
        #expect(problem(nil, shown(Self.first, Array(Self.sealedKey.utf8))) == .noKey)
        #expect(problem(nil, shown(Self.first, Self.secondShown.key)) == .keyMismatch)
        #expect(problem(nil, shown(Self.first + Self.second, Self.firstShown.key)) == nil)
    }
}

extension TLSTrustTests {
    private static let firstCertificate = """
        -----BEGIN CERTIFICATE-----
        MIIBcDCCARWgAwIBAgIUKdGEUp+HGyJudm6PtnzPExvlOacwCgYIKoZIzj0EAwIw
        DDEKMAgGA1UEAwwBYTAgFw0yNjExMzAyMDA4NTNaGA8yMTI2MTEwNjIwMDg1M1ow
        DDEKMAgGA1UEAwwBYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABLS3KgNjBLB9
        IYjKg7EselFLbQnYe3dw+dV+hPw0q4SkcrVi8+m3Su96nGU7hbggeFASYw0fGrnt
        XIZEL52P4+yjUzBRMB0GA1UdDgQWBBS/if0mqBu5Da6qu7ItjdAQ/noQ7jAfBgNV
        HSMEGDAWgBS/if0mqBu5Da6qu7ItjdAQ/noQ7jAPBgNVHRMBAf8EBTADAQH/MAoG
        CCqGSM49BAMCA0kAMEYCIQC20rMC8J/03ZKOOxs7849t1xAXBJ3GrZALLDeA3aqd
        5gIhAKa+VSMEFgUQ7dpE6UpalGKoeemG4XQPzRnLT80TtYPq
        -----END CERTIFICATE-----
        """

    private static let firstKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgrgxYu3kuCFgTN2x7
        VOTyL9Flxj7rDn/dl0Bdd9tywbOhRANCAAS0tyoDYwSwfSGIyoOxLHpRS20J2Ht3
        cPnVfoT8NKuEpHK1YvPpt0rvepxlO4W4IHhQEmMNHxq57VyGRC+dj+Ps
        -----END PRIVATE KEY-----
        """

    private static let secondCertificate = """
        -----BEGIN CERTIFICATE-----
        MIIBbjCCARWgAwIBAgIUCMpGRxelL2SMC8rFIJlSDQU5e/YwCgYIKoZIzj0EAwIw
        DDEKMAgGA1UEAwwBYjAgFw0yNjExMzAyMDA4NTNaGA8yMTI2MTEwNjIwMDg1M1ow
        DDEKMAgGA1UEAwwBYjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABB7y8+aAuTV9
        DVqf/+gTdY8rckh5aCbiHur/imnEbJJN0xDvWH5Od2APCa2ePYetyfgjc999jDML
        yJSxbhvO/8OjUzBRMB0GA1UdDgQWBBQERuW8pGvcpvB7lXv+PCFcSpEPZTAfBgNV
        HSMEGDAWgBQERuW8pGvcpvB7lXv+PCFcSpEPZTAPBgNVHRMBAf8EBTADAQH/MAoG
        CCqGSM49BAMCA0cAMEQCIFQTpQGpnPlQPjZuv2gBy9NfQnhcjlrShxKmWwZjtoQR
        AiBbOOGXkgM+ku20z75Bl7WMEBa5mOj3Gy8j3LMH5dg8ag==
        -----END CERTIFICATE-----
        """

    private static let secondKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgDj0CpPvee4HdjstI
        Ya8fsSDE3EP3ASLJ1CSy6BvIseShRANCAAQe8vPmgLk1fQ1an//oE3WPK3JIeWgm
        4h7q/4ppxGySTdMQ71h+TndgDwmtnj2Hrcn4I3PffYwzC8iUsW4bzv/D
        -----END PRIVATE KEY-----
        """

    private static let sealedKey = """
        -----BEGIN EC PRIVATE KEY-----
        Proc-Type: 4,ENCRYPTED
        DEK-Info: AES-128-CBC,D8220F388DB9CCEC5967E56F9E649E6D

        TPcJo69iksMTW+FMOi3DW4Mjb8XGIwpWnyuzE23vuicoW37GPLmEiNUMkEkczIkk
        OsLmSd3b64pZvXdohsX1epG8u8AB3uS94bMb/7VWwc4UZ2oYplIPIskQ9xPCDpND
        W85vTCya6euCsEABpj/zClTxpy3URfa9ajXNVxV21s8=
        -----END EC PRIVATE KEY-----
        """
}
