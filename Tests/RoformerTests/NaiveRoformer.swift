import Glibc
import TestSupport
import Testing

/// A network of random weights in the released format, and the same network as the papers have it: in double, one
/// value at a time.
struct NaiveRoformer: Sendable, CustomTestStringConvertible {
  var isMel = false
  var dim = 12
  var depth = 1
  var timeLayers = 1
  var frequencyLayers = 1
  var heads = 2
  var headWidth = 4
  var isStereo = true
  var stems = 1
  var fftSize = 64
  var hop = 16
  var widths = [3, 5, 9, 16]
  var bands = 4
  var maskDepth = 1
  var expansion = 1
  var zeroDC: Bool?
  var isBiased = false
  /// One bias for all layers, under its own name too.
  var sharesBiases = false
  var chunk = 400
  var overlap = 2
  var rate = 8000

  var testDescription: String {
    "\(isMel ? "Mel" : "BS") \(dim)×\(depth), \(heads)×\(headWidth), hop \(hop), \(stems) stems, "
      + "mask \(maskDepth)"
  }

  var channels: Int { isStereo ? 2 : 1 }
  private var bins: Int { fftSize / 2 + 1 }

  // MARK: Files

  var yaml: String {
    var lines = [
      "audio: {chunk_size: \(chunk), sample_rate: \(rate), hop_length: 7, n_fft: 9, dim_t: 3}",
      "model:", "  dim: \(dim)", "  depth: \(depth)", "  heads: \(heads)",
      "  dim_head: \(headWidth)", "  stereo: \(isStereo)", "  num_stems: \(stems)",
      "  time_transformer_depth: \(timeLayers)", "  freq_transformer_depth: \(frequencyLayers)",
      "  linear_transformer_depth: 0", "  stft_n_fft: \(fftSize)", "  stft_hop_length: \(hop)",
      "  stft_win_length: \(fftSize)", "  stft_normalized: False",
      "  mask_estimator_depth: \(maskDepth)", "  mlp_expansion_factor: \(expansion)",
      "  attn_dropout: 0.1", "  multi_stft_resolutions_window_sizes: !!python/tuple [4096, 2048]",
    ]
    if let zeroDC { lines.append("  zero_dc: \(zeroDC ? "yes" : "no")") }
    if sharesBiases { lines.append("  use_shared_bias: true") }
    if isMel {
      lines += ["  num_bands: \(bands)", "  sample_rate: \(rate)"]
    } else {
      lines.append("  freqs_per_bands: !!python/tuple \(widths)")
    }
    let names = (0..<max(2, stems)).map { "\"Stem \($0)\"" }.joined(separator: ", ")
    lines += [
      "training:", "  instruments: [\(names)]",
      "  target_instrument: \(stems == 1 ? "Stem 0" : "null")", "inference:",
      "  num_overlap: \(overlap)", "  batch_size: 4",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  /// All tensors by name.
  var tensors: [String: TensorValues] {
    var tensors: [String: TensorValues] = [:]
    var seed: UInt64 = 1
    func add(_ name: String, _ shape: [Int], center: Float = 0) {
      seed += 1
      let count = shape.reduce(1, *)
      let scale = shape.count == 2 ? 2 / Float(shape[1]).squareRoot() : 0.3
      tensors[name] = TensorValues(
        noise(count, seed: seed, scale: scale, center: center), shape: shape)
    }
    let inner = heads * headWidth
    for layer in 0..<depth {
      for (axis, count) in [timeLayers, frequencyLayers].enumerated() {
        let path = "layers.\(layer).\(axis)"
        for index in 0..<count {
          let (attention, net) = (
            "\(path).layers.\(index).0", "\(path).layers.\(index).1.net"
          )
          add("\(attention).rotary_embed.freqs", [headWidth / 2])
          add("\(attention).norm.gamma", [dim], center: 1)
          add("\(attention).to_qkv.weight", [3 * inner, dim])
          add("\(attention).to_gates.weight", [heads, dim])
          add("\(attention).to_gates.bias", [heads])
          add("\(attention).to_out.0.weight", [dim, inner])
          if isBiased {
            add("\(attention).to_qkv.bias", [3 * inner])
            add("\(attention).to_out.0.bias", [dim])
          }
          add("\(net).0.gamma", [dim], center: 1)
          add("\(net).1.weight", [4 * dim, dim])
          add("\(net).1.bias", [4 * dim])
          add("\(net).4.weight", [dim, 4 * dim])
          add("\(net).4.bias", [dim])
        }
        if isMel { add("\(path).norm.gamma", [dim], center: 1) }
      }
    }
    if !isMel { add("final_norm.gamma", [dim], center: 1) }
    let layers = isMel ? maskDepth + 1 : maskDepth
    for (band, range) in ranges.enumerated() {
      let values = 2 * channels * range.count
      add("band_split.to_features.\(band).0.gamma", [values], center: 1)
      add("band_split.to_features.\(band).1.weight", [dim, values])
      add("band_split.to_features.\(band).1.bias", [dim])
      for stem in 0..<stems {
        for index in 0..<layers {
          let path = "mask_estimators.\(stem).to_freqs.\(band).0.\(2 * index)"
          let outputs = index == layers - 1 ? 2 * values : dim * expansion
          add("\(path).weight", [outputs, index == 0 ? dim : dim * expansion])
          add("\(path).bias", [outputs])
        }
      }
    }
    if sharesBiases {
      for (shared, own) in Self.sharedBiases {
        let names = tensors.keys.filter { $0.hasSuffix(own) }
        tensors[shared] = names.min().flatMap { tensors[$0] }
        for name in names { tensors[name] = tensors[shared] }
      }
    }
    return tensors
  }

  static let sharedBiases = [
    ("shared_qkv_bias", ".to_qkv.bias"), ("shared_out_bias", ".to_out.0.bias"),
  ]

  /// The bins of each band.
  var ranges: [Range<Int>] {
    guard isMel else {
      var end = 0
      return widths.map { width in
        end += width
        return end - width..<end
      }
    }
    // Triangles on Slaney's scale, as `librosa.filters.mel` draws them.
    func hertz(_ mel: Double) -> Double {
      mel < 15 ? mel * 200 / 3 : 1000 * pow(6.4, (mel - 15) / 27)
    }
    let nyquist = Double(rate) / 2
    let top = nyquist < 1000 ? nyquist * 3 / 200 : 15 + 27 * log(nyquist / 1000) / log(6.4)
    return (0..<bands).map { band in
      let low = hertz(top * Double(band) / Double(bands + 1))
      let high = hertz(top * Double(band + 2) / Double(bands + 1))
      let inside = (0..<bins).filter {
        let frequency = Double($0) * Double(rate) / Double(fftSize)
        return frequency > low && frequency < high
      }
      return (band == 0 ? 0 : inside.first!)..<(band == bands - 1 ? bins : inside.last! + 1)
    }
  }

  // MARK: Forward

  /// Stems of a chunk: [stems · channels][chunk].
  func separate(_ mix: [[Double]]) -> [[Double]] {
    let weights = tensors
    func values(_ name: String) -> [Float] { weights[name]!.values }
    let spectra = mix.map(spectrum)  // [channel][bin][re, im][T]
    let times = spectra[0][0][0].count

    // Bands of [D, T].
    var tokens = ranges.indices.map { band in
      let rows = ranges[band].flatMap { bin in spectra.flatMap { $0[bin] } }
      let path = "band_split.to_features.\(band)"
      return Naive.linear(
        normalized(rows, values("\(path).0.gamma")), values("\(path).1.weight"),
        values("\(path).1.bias"))
    }
    for layer in 0..<depth {
      tokens = tokens.map { transformed($0, "layers.\(layer).0", timeLayers, weights) }
      for time in 0..<times {
        let slice = (0..<dim).map { channel in tokens.map { $0[channel][time] } }
        let result = transformed(slice, "layers.\(layer).1", frequencyLayers, weights)
        for band in tokens.indices {
          for channel in 0..<dim { tokens[band][channel][time] = result[channel][band] }
        }
      }
    }
    if !isMel { tokens = tokens.map { normalized($0, values("final_norm.gamma")) } }

    return (0..<stems).flatMap { stem -> [[Double]] in
      masked(spectra, by: masks(tokens, stem: stem, weights)).map(signal)
    }
  }

  /// The mean of the bands' masks: [channel][bin][re, im][T].
  private func masks(
    _ tokens: [Table], stem: Int, _ weights: [String: TensorValues]
  ) -> [[[[Double]]]] {
    let silence = [Double](repeating: 0, count: tokens[0][0].count)
    var masks = Array(
      repeating: Array(repeating: [silence, silence], count: bins), count: channels)
    for (band, range) in ranges.enumerated() {
      let mask = mask(tokens[band], "mask_estimators.\(stem).to_freqs.\(band).0", weights)
      for (index, bin) in range.enumerated() {
        let share = 1 / Double(ranges.count { $0.contains(bin) })
        for channel in 0..<channels {
          for part in 0..<2 {
            for (time, value) in mask[(index * channels + channel) * 2 + part].enumerated() {
              masks[channel][bin][part][time] += value * share
            }
          }
        }
      }
    }
    return masks
  }

  /// Complex products.
  private func masked(
    _ spectra: [[[[Double]]]], by masks: [[[[Double]]]]
  ) -> [[[[Double]]]] {
    var result = spectra
    for channel in spectra.indices {
      for bin in spectra[channel].indices {
        let (x, mask) = (spectra[channel][bin], masks[channel][bin])
        for time in x[0].indices {
          let isZero = bin == 0 && (zeroDC ?? true)
          let real: Double = x[0][time] * mask[0][time] - x[1][time] * mask[1][time]
          let imaginary: Double = x[0][time] * mask[1][time] + x[1][time] * mask[0][time]
          result[channel][bin][0][time] = isZero ? 0 : real
          result[channel][bin][1][time] = isZero ? 0 : imaginary
        }
      }
    }
    return result
  }

  private func normalized(_ x: Table, _ gamma: [Float]) -> Table {
    var result = x
    for token in x[0].indices {
      let norm = x.reduce(0) { $0 + $1[token] * $1[token] }.squareRoot()
      for channel in x.indices {
        result[channel][token] =
          x[channel][token] / max(norm, 1e-12) * Double(x.count).squareRoot()
          * Double(gamma[channel])
      }
    }
    return result
  }

  private func transformed(
    _ tokens: Table, _ path: String, _ layers: Int,
    _ weights: [String: TensorValues]
  ) -> Table {
    var x = tokens
    let inner = heads * headWidth
    for index in 0..<layers {
      let (attention, net) = ("\(path).layers.\(index).0", "\(path).layers.\(index).1.net")
      func values(_ name: String) -> [Float] { weights[name]!.values }
      let rates = values("\(attention).rotary_embed.freqs")
      let y = normalized(x, values("\(attention).norm.gamma"))
      let qkv = Naive.linear(
        y, values("\(attention).to_qkv.weight"),
        weights["\(attention).to_qkv.bias"]?.values ?? Array(repeating: 0, count: 3 * inner))
      func turned(_ part: Int) -> Table {
        rotated(Array(qkv[part * inner..<(part + 1) * inner]), rates)
      }
      var attended = Naive.attention(
        turned(0), turned(1), Array(qkv[(2 * inner)...]), heads: heads,
        scale: 1 / Double(headWidth).squareRoot())
      let gates = Naive.linear(
        y, values("\(attention).to_gates.weight"), values("\(attention).to_gates.bias"))
      for channel in attended.indices {
        for token in attended[channel].indices {
          attended[channel][token] *= Naive.sigmoid(gates[channel / headWidth][token])
        }
      }
      x = Naive.sum(
        x,
        Naive.linear(
          attended, values("\(attention).to_out.0.weight"),
          weights["\(attention).to_out.0.bias"]?.values ?? Array(repeating: 0, count: dim)))
      let hidden = Naive.gelu(
        Naive.linear(
          normalized(x, values("\(net).0.gamma")), values("\(net).1.weight"),
          values("\(net).1.bias")))
      x = Naive.sum(x, Naive.linear(hidden, values("\(net).4.weight"), values("\(net).4.bias")))
    }
    return isMel ? normalized(x, weights["\(path).norm.gamma"]!.values) : x
  }

  /// Turns channels 2i and 2i + 1 of each head of token p by p times the pair's rate.
  private func rotated(_ x: Table, _ rates: [Float]) -> Table {
    var result = x
    for even in stride(from: 0, to: x.count, by: 2) {
      let rate = Double(rates[even % headWidth / 2])
      for token in x[0].indices {
        let (a, b, angle) = (x[even][token], x[even + 1][token], Double(token) * rate)
        result[even][token] = a * cos(angle) - b * sin(angle)
        result[even + 1][token] = a * sin(angle) + b * cos(angle)
      }
    }
    return result
  }

  private func mask(
    _ tokens: Table, _ path: String, _ weights: [String: TensorValues]
  ) -> Table {
    var x = tokens
    let layers = isMel ? maskDepth + 1 : maskDepth
    for index in 0..<layers {
      x = Naive.linear(
        x, weights["\(path).\(2 * index).weight"]!.values,
        weights["\(path).\(2 * index).bias"]!.values)
      if index < layers - 1 { x = x.map { $0.map { tanh($0) } } }
    }
    return Naive.glu(x)
  }

  // MARK: Spectrum

  private var window: [Double] {
    (0..<fftSize).map { 0.5 - 0.5 * cos(2 * .pi * Double($0) / Double(fftSize)) }
  }

  /// [bin][re, im][T]
  func spectrum(_ signal: [Double]) -> [[[Double]]] {
    let (half, last) = (fftSize / 2, signal.count - 1)
    let before: [Double] = (1...half).reversed().map { signal[$0] }
    let after: [Double] = (1...half).map { signal[last - $0] }
    let padded = before + signal + after
    let window = window
    let times = signal.count / hop + 1
    return (0..<bins).map { bin in
      var parts = [[Double]](repeating: Array(repeating: 0, count: times), count: 2)
      for time in 0..<times {
        for index in 0..<fftSize {
          let angle = -2 * Double.pi * Double(bin * index % fftSize) / Double(fftSize)
          let value = padded[time * hop + index] * window[index]
          parts[0][time] += value * cos(angle)
          parts[1][time] += value * sin(angle)
        }
      }
      return parts
    }
  }

  func signal(_ spectrum: [[[Double]]]) -> [Double] {
    let times = spectrum[0][0].count
    let window = window
    var sum = [Double](repeating: 0, count: times * hop + fftSize + chunk)
    var envelope = sum
    for time in 0..<times {
      for index in 0..<fftSize {
        var value = 0.0
        for bin in 0..<bins {
          let angle = 2 * Double.pi * Double(bin * index % fftSize) / Double(fftSize)
          let isEdge = bin == 0 || bin == bins - 1
          let weight: Double = isEdge ? 1 : 2
          value += spectrum[bin][0][time] * cos(angle) * weight
          if !isEdge { value -= 2 * spectrum[bin][1][time] * sin(angle) }
        }
        sum[time * hop + index] += value / Double(fftSize) * window[index]
        envelope[time * hop + index] += window[index] * window[index]
      }
    }
    return (0..<chunk).map { sum[fftSize / 2 + $0] / envelope[fftSize / 2 + $0] }
  }
}
