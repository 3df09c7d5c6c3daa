//! Parameter sets of HEVC (ITU-T H.265 §7.3.2), drawn from all that there are black pictures under.

/// Draws numbers, the same from the same seed.
pub struct Draw(pub u64);

impl Draw {
    /// Up to `most`.
    fn up_to(&mut self, most: u32) -> u32 {
        // SplitMix64
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        let number = (mixed ^ mixed >> 31) % (u64::from(most) + 1);
        number.try_into().unwrap()
    }

    fn between(&mut self, least: u32, most: u32) -> u32 {
        least + self.up_to(most - least)
    }

    fn flag(&mut self) -> bool {
        self.up_to(1) == 1
    }

    /// One time in four.
    fn rarely(&mut self) -> bool {
        self.up_to(3) == 0
    }
}

/// A parameter set that is being written.
#[derive(Default)]
struct Writer(Vec<bool>);

impl Writer {
    fn u(&mut self, bits: u32, value: u32) {
        assert!(bits == 32 || value >> bits == 0);
        self.0
            .extend((0..bits).rev().map(|bit| value >> bit & 1 == 1));
    }

    fn flag(&mut self, value: bool) -> bool {
        self.0.push(value);
        value
    }

    fn ue(&mut self, value: u32) {
        let bits = (value + 1).ilog2();
        self.u(bits, 0);
        self.u(bits + 1, value + 1);
    }

    fn se(&mut self, value: i32) {
        let twice = 2 * value.unsigned_abs();
        self.ue(if value > 0 { twice - 1 } else { twice });
    }

    /// Up to `most`, in so many bits.
    fn drawn_u(&mut self, bits: u32, draw: &mut Draw) {
        let value = draw.up_to(u32::MAX >> (32 - bits));
        self.u(bits, value);
    }

    fn drawn_ue(&mut self, most: u32, draw: &mut Draw) {
        let value = draw.up_to(most);
        self.ue(value);
    }

    fn drawn_se(&mut self, most: u32, draw: &mut Draw) {
        let value = i32::try_from(draw.up_to(2 * most)).unwrap() - i32::try_from(most).unwrap();
        self.se(value);
    }

    fn drawn_flag(&mut self, draw: &mut Draw) -> bool {
        let value = draw.flag();
        self.flag(value)
    }

    fn rare_flag(&mut self, draw: &mut Draw) -> bool {
        let value = draw.rarely();
        self.flag(value)
    }

    /// The unit of this type, with emulation prevention (§7.3.1.1).
    fn unit(mut self, nal_unit_type: u8) -> Vec<u8> {
        self.0.push(true);
        while !self.0.len().is_multiple_of(8) {
            self.0.push(false);
        }
        let mut unit = vec![nal_unit_type << 1, 1];
        for byte in self.0.chunks(8) {
            let byte = byte.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
            if unit.ends_with(&[0, 0]) && byte <= 3 {
                unit.push(3);
            }
            unit.push(byte);
        }
        unit
    }
}

/// Parameter sets, and what they say.
pub struct Drawn {
    /// Of the picture as shown.
    pub width: usize,
    pub height: usize,
    pub is_10_bit: bool,
    /// Whether they have scaling lists, buffer sizes or long lists of reference pictures.
    pub has_lists: bool,
    /// Whether libde265 reads them: not all times of buffers in what says how the video is to be shown.
    pub is_for_libde265: bool,
    pub sets: [Vec<u8>; 3],
    pub pps_id: u32,
}

/// Blocks and pictures, in binary logarithms of luma samples and in luma samples.
struct Blocks {
    min_coding: u32,
    ctb: u32,
    width: u32,
    height: u32,
}

impl Drawn {
    pub fn new(draw: &mut Draw) -> Self {
        let [vps_id, sps_id, pps_id] = [15, 15, 63].map(|most| draw.up_to(most));
        let sub_layers = if draw.flag() { 0 } else { draw.up_to(6) };
        let has_extensions = draw.rarely();
        let mut has_lists = false;
        let min_coding = draw.between(3, 5);
        let side = |draw: &mut Draw| {
            let most = if draw.rarely() { 700 } else { 200 };
            draw.between(1, most >> min_coding) << min_coding
        };
        let blocks = Blocks {
            min_coding,
            ctb: draw.between(min_coding.max(4), 6),
            width: side(draw),
            height: side(draw),
        };
        let vps = vps(draw, vps_id, sub_layers, &mut has_lists);
        let is_10_bit = draw.rarely();
        let mut sps = Writer::default();
        sps.u(4, vps_id);
        sps.u(3, sub_layers);
        sps.flag(true); // sps_temporal_id_nesting_flag
        let profile = if has_extensions {
            4
        } else {
            1 + u32::from(is_10_bit)
        };
        profile_tier_level(&mut sps, draw, profile, sub_layers);
        sps.ue(sps_id);
        sps.ue(1); // chroma_format_idc
        sps.ue(blocks.width);
        sps.ue(blocks.height);
        let mut crop = [0; 4];
        if sps.drawn_flag(draw) {
            for offset in &mut crop {
                *offset = draw.up_to((1 << min_coding) / 4 - 1);
                sps.ue(*offset);
            }
        }
        for _ in 0..2 {
            sps.ue(if is_10_bit { 2 } else { 0 }); // bit_depth_luma_minus8, bit_depth_chroma_minus8
        }
        let log2_max_poc_lsb = draw.between(4, 16);
        sps.ue(log2_max_poc_lsb - 4);
        ordering_info(&mut sps, draw, sub_layers);
        let has_scaling = coding_tools(&mut sps, draw, &blocks, is_10_bit, &mut has_lists);
        ref_pic_sets(&mut sps, draw);
        if sps.rare_flag(draw) {
            // long_term_ref_pics_present_flag
            let count = if draw.flag() { 0 } else { draw.up_to(32) };
            has_lists |= count > 0;
            sps.ue(count);
            for _ in 0..count {
                sps.drawn_u(log2_max_poc_lsb, draw);
                sps.drawn_flag(draw);
            }
        }
        sps.drawn_flag(draw); // sps_temporal_mvp_enabled_flag
        sps.drawn_flag(draw); // strong_intra_smoothing_enabled_flag
        let mut has_vui_hrd = false;
        if sps.drawn_flag(draw) {
            vui(&mut sps, draw, sub_layers, &mut has_vui_hrd);
        }
        has_lists |= has_vui_hrd;
        if sps.flag(has_extensions) {
            sps.flag(true); // sps_range_extension_flag
            sps.u(7, 0);
            for is_taken in [true, true, true, true, false, true, true, true, false] {
                let value = is_taken && draw.flag();
                sps.flag(value);
            }
        }
        let ids = (sps_id, pps_id);
        let pps = pps(
            draw,
            ids,
            &blocks,
            has_scaling,
            has_extensions,
            &mut has_lists,
        );
        let shown = |side: u32, before: u32, after: u32| (side - 2 * (before + after)) as usize;
        Self {
            width: shown(blocks.width, crop[0], crop[1]),
            height: shown(blocks.height, crop[2], crop[3]),
            is_10_bit,
            has_lists,
            is_for_libde265: !is_10_bit && !has_vui_hrd,
            sets: [vps, sps.unit(33), pps],
            pps_id,
        }
    }
}

fn vps(draw: &mut Draw, id: u32, sub_layers: u32, has_lists: &mut bool) -> Vec<u8> {
    let mut vps = Writer::default();
    vps.u(4, id);
    vps.u(2, 0b11); // vps_base_layer_internal_flag, vps_base_layer_available_flag
    vps.u(6, 0); // vps_max_layers_minus1
    vps.u(3, sub_layers);
    vps.flag(true); // vps_temporal_id_nesting_flag
    vps.u(16, 0xFFFF);
    profile_tier_level(&mut vps, draw, 1, sub_layers);
    ordering_info(&mut vps, draw, sub_layers);
    vps.u(6, 0); // vps_max_layer_id
    vps.ue(0); // vps_num_layer_sets_minus1
    if vps.drawn_flag(draw) {
        timing_info(&mut vps, draw);
        if draw.rarely() {
            vps.ue(1); // vps_num_hrd_parameters
            vps.ue(0); // hrd_layer_set_idx
            hrd(&mut vps, draw, sub_layers, has_lists);
        } else {
            vps.ue(0);
        }
    }
    vps.flag(false); // vps_extension_flag
    vps.unit(32)
}

fn profile_tier_level(set: &mut Writer, draw: &mut Draw, profile: u32, sub_layers: u32) {
    let profile_info = |set: &mut Writer, draw: &mut Draw| {
        set.u(2, 0);
        set.drawn_flag(draw); // general_tier_flag
        set.u(5, profile);
        let compatible = if profile == 1 { 0b110 } else { 1 << profile };
        set.u(32, u32::reverse_bits(compatible));
        // From general_progressive_source_flag to general_frame_only_constraint_flag.
        set.drawn_u(4, draw);
        if profile == 4 {
            set.drawn_u(9, draw);
        } else {
            set.u(9, 0);
        }
        set.u(32, 0);
        set.u(3, 0);
    };
    profile_info(set, draw);
    set.u(8, 186); // general_level_idc: 6.2
    let present = [(); 6].map(|()| (draw.rarely(), draw.flag()));
    let present = &present[..sub_layers as usize];
    for (has_profile, has_level) in present {
        set.flag(*has_profile);
        set.flag(*has_level);
    }
    if sub_layers > 0 {
        set.u(2 * (8 - sub_layers), 0);
    }
    for (has_profile, has_level) in present {
        if *has_profile {
            profile_info(set, draw);
        }
        if *has_level {
            set.drawn_u(8, draw);
        }
    }
}

fn ordering_info(set: &mut Writer, draw: &mut Draw, sub_layers: u32) {
    let layers = if set.drawn_flag(draw) { sub_layers } else { 0 };
    for _ in 0..=layers {
        set.ue(15); // sps_max_dec_pic_buffering_minus1
        set.ue(0);
        set.drawn_ue(3, draw);
    }
}

fn timing_info(set: &mut Writer, draw: &mut Draw) {
    set.u(32, 1001);
    let time_scale = 1000 * draw.between(1, 240);
    set.u(32, time_scale);
    if set.drawn_flag(draw) {
        set.drawn_ue(10, draw);
    }
}

fn hrd(set: &mut Writer, draw: &mut Draw, sub_layers: u32, has_lists: &mut bool) {
    *has_lists = true;
    let schedules = [set.drawn_flag(draw), set.drawn_flag(draw)];
    let mut has_sub_pictures = false;
    if schedules.contains(&true) {
        has_sub_pictures = set.drawn_flag(draw);
        if has_sub_pictures {
            set.drawn_u(19, draw);
        }
        set.drawn_u(8, draw);
        if has_sub_pictures {
            set.drawn_u(4, draw);
        }
        set.drawn_u(15, draw);
    }
    for _ in 0..=sub_layers {
        let is_fixed = set.drawn_flag(draw) || set.drawn_flag(draw);
        let mut has_low_delay = false;
        if is_fixed {
            set.drawn_ue(2047, draw);
        } else {
            has_low_delay = set.drawn_flag(draw);
        }
        let count = if has_low_delay { 0 } else { draw.up_to(3) };
        if !has_low_delay {
            set.ue(count);
        }
        for _ in schedules.iter().filter(|is_there| **is_there) {
            for _ in 0..=count {
                for _ in 0..if has_sub_pictures { 4 } else { 2 } {
                    set.drawn_ue(1 << 24, draw);
                }
                set.drawn_flag(draw);
            }
        }
    }
}

/// From the sizes of blocks to PCM. Returns whether there are scaling lists.
fn coding_tools(
    sps: &mut Writer,
    draw: &mut Draw,
    blocks: &Blocks,
    is_10_bit: bool,
    has_lists: &mut bool,
) -> bool {
    let Blocks {
        min_coding, ctb, ..
    } = *blocks;
    let min_transform = draw.between(2, min_coding - 1);
    let max_transform = draw.between(min_transform.max(3), ctb.min(5));
    sps.ue(min_coding - 3);
    sps.ue(ctb - min_coding);
    sps.ue(min_transform - 2);
    sps.ue(max_transform - min_transform);
    sps.drawn_ue(ctb - min_transform, draw); // max_transform_hierarchy_depth_inter
    sps.drawn_ue(ctb - min_transform, draw); // max_transform_hierarchy_depth_intra
    let has_scaling = sps.rare_flag(draw);
    if has_scaling && sps.drawn_flag(draw) {
        scaling_lists(sps, draw, has_lists);
    }
    sps.drawn_flag(draw); // amp_enabled_flag
    sps.drawn_flag(draw); // sample_adaptive_offset_enabled_flag
    if sps.rare_flag(draw) {
        let depth = if is_10_bit { 9 } else { 7 };
        sps.u(4, depth);
        sps.u(4, depth);
        let min = draw.between(min_coding.min(5), ctb.min(5));
        let max = draw.between(min, ctb.min(5));
        sps.ue(min - 3);
        sps.ue(max - min);
        sps.drawn_flag(draw); // pcm_loop_filter_disabled_flag
    }
    has_scaling
}

fn scaling_lists(set: &mut Writer, draw: &mut Draw, has_lists: &mut bool) {
    *has_lists = true;
    for size in 0..4 {
        for matrix in 0..if size == 3 { 2 } else { 6 } {
            if !set.drawn_flag(draw) {
                set.drawn_ue(matrix, draw);
                continue;
            }
            let mut last = 8;
            let number = |draw: &mut Draw| i32::try_from(draw.between(1, 255)).unwrap();
            if size > 1 {
                last = number(draw);
                set.se(last - 8);
            }
            for _ in 0..64.min(16 << (2 * size)) {
                let next = number(draw);
                // Around 256.
                set.se((next - last + 128).rem_euclid(256) - 128);
                last = next;
            }
        }
    }
}

fn ref_pic_sets(sps: &mut Writer, draw: &mut Draw) {
    let count = draw.up_to(8);
    sps.ue(count);
    let mut last: Vec<i32> = Vec::new();
    for index in 0..count {
        let mut set = Vec::new();
        let is_predicted = index > 0 && last.len() < 15 && draw.flag();
        if index > 0 {
            sps.flag(is_predicted);
        }
        if is_predicted {
            let sign = sps.drawn_flag(draw);
            let distance = draw.up_to(5);
            sps.ue(distance);
            let distance = i32::try_from(distance + 1).unwrap();
            let distance = if sign { -distance } else { distance };
            for reference in last.into_iter().chain([0]) {
                // A picture is no reference of its own, and some decoders count it if it is called one.
                let may_be_used = reference + distance != 0;
                let mut flag = || {
                    let value = may_be_used && draw.flag();
                    sps.flag(value)
                };
                if flag() || flag() {
                    set.push(reference + distance);
                }
            }
            let mut behind: Vec<_> = set.iter().copied().filter(|poc| *poc > 0).collect();
            set.retain(|poc| *poc < 0);
            set.sort_by(|one, other| other.cmp(one));
            behind.sort_unstable();
            set.extend(behind);
        } else {
            let counts = [draw.up_to(5), draw.up_to(3)];
            for count in counts {
                sps.ue(count);
            }
            for (count, sign) in counts.into_iter().zip([-1, 1]) {
                let mut poc = 0;
                for _ in 0..count {
                    let step = draw.up_to(5);
                    sps.ue(step);
                    sps.drawn_flag(draw);
                    poc += sign * i32::try_from(step + 1).unwrap();
                    set.push(poc);
                }
            }
        }
        last = set;
    }
}

fn vui(sps: &mut Writer, draw: &mut Draw, sub_layers: u32, has_lists: &mut bool) {
    if sps.drawn_flag(draw) {
        // aspect_ratio_idc
        if draw.flag() {
            sps.u(8, 255);
            sps.u(16, 10);
            sps.u(16, 11);
        } else {
            sps.u(8, 1);
        }
    }
    if sps.drawn_flag(draw) {
        sps.drawn_flag(draw); // overscan_appropriate_flag
    }
    if sps.drawn_flag(draw) {
        sps.u(3, 5); // video_format
        sps.flag(false); // video_full_range_flag
        if sps.drawn_flag(draw) {
            for _ in 0..3 {
                sps.u(8, 1);
            }
        }
    }
    if sps.drawn_flag(draw) {
        let location = draw.up_to(5);
        sps.ue(location);
        sps.ue(location);
    }
    sps.drawn_flag(draw); // neutral_chroma_indication_flag
    sps.flag(false); // field_seq_flag
    sps.drawn_flag(draw); // frame_field_info_present_flag
    if sps.drawn_flag(draw) {
        for _ in 0..4 {
            sps.drawn_ue(1, draw);
        }
    }
    if sps.drawn_flag(draw) {
        timing_info(sps, draw);
        if sps.rare_flag(draw) {
            hrd(sps, draw, sub_layers, has_lists);
        }
    }
    if sps.drawn_flag(draw) {
        sps.drawn_u(3, draw);
        sps.ue(0); // min_spatial_segmentation_idc
        for most in [16, 16, 15, 15] {
            sps.drawn_ue(most, draw);
        }
    }
}

fn pps(
    draw: &mut Draw,
    (sps_id, pps_id): (u32, u32),
    blocks: &Blocks,
    has_scaling: bool,
    has_extensions: bool,
    has_lists: &mut bool,
) -> Vec<u8> {
    let mut pps = Writer::default();
    pps.ue(pps_id);
    pps.ue(sps_id);
    pps.drawn_flag(draw); // dependent_slice_segments_enabled_flag
    pps.drawn_flag(draw); // output_flag_present_flag
    pps.drawn_u(3, draw); // num_extra_slice_header_bits
    pps.drawn_flag(draw); // sign_data_hiding_enabled_flag
    pps.drawn_flag(draw); // cabac_init_present_flag
    pps.drawn_ue(14, draw);
    pps.drawn_ue(14, draw);
    pps.drawn_se(25, draw); // init_qp_minus26
    // FFmpeg predicts the smallest blocks of large ones otherwise then, in encoders' own pictures, too.
    let is_constrained = blocks.min_coding < 5 && draw.flag();
    pps.flag(is_constrained); // constrained_intra_pred_flag
    let has_skips = pps.drawn_flag(draw); // transform_skip_enabled_flag
    if pps.drawn_flag(draw) {
        pps.drawn_ue(blocks.ctb - blocks.min_coding, draw); // diff_cu_qp_delta_depth
    }
    pps.drawn_se(12, draw);
    pps.drawn_se(12, draw);
    pps.drawn_flag(draw); // pps_slice_chroma_qp_offsets_present_flag
    pps.drawn_flag(draw); // weighted_pred_flag
    pps.drawn_flag(draw); // weighted_bipred_flag
    pps.drawn_flag(draw); // transquant_bypass_enabled_flag
    let streams = draw.up_to(2);
    let in_ctbs = |side: u32| side.div_ceil(1 << blocks.ctb);
    let (across, down) = (in_ctbs(blocks.width), in_ctbs(blocks.height));
    let has_tiles = pps.flag(streams == 1 && across * down > 1);
    pps.flag(streams == 2); // entropy_coding_sync_enabled_flag
    if has_tiles {
        tiles(&mut pps, draw, [across, down]);
    }
    pps.drawn_flag(draw); // pps_loop_filter_across_slices_enabled_flag
    if pps.drawn_flag(draw) {
        pps.drawn_flag(draw); // deblocking_filter_override_enabled_flag
        if !pps.drawn_flag(draw) {
            pps.drawn_se(6, draw);
            pps.drawn_se(6, draw);
        }
    }
    let scales = has_scaling && draw.rarely();
    if pps.flag(scales) {
        scaling_lists(&mut pps, draw, has_lists);
    }
    pps.drawn_flag(draw); // lists_modification_present_flag
    pps.drawn_ue(blocks.ctb - 2, draw); // log2_parallel_merge_level_minus2
    pps.drawn_flag(draw); // slice_segment_header_extension_present_flag
    if pps.flag(has_extensions) {
        pps.flag(true); // pps_range_extension_flag
        pps.u(7, 0);
        if has_skips {
            pps.drawn_ue(3, draw); // log2_max_transform_skip_block_size_minus2
        }
        pps.flag(false); // cross_component_prediction_enabled_flag
        if pps.drawn_flag(draw) {
            pps.drawn_ue(blocks.ctb - blocks.min_coding, draw);
            let most = draw.up_to(5);
            pps.ue(most);
            for _ in 0..=most {
                pps.drawn_se(12, draw);
                pps.drawn_se(12, draw);
            }
        }
        pps.ue(0);
        pps.ue(0);
    }
    pps.unit(34)
}

fn tiles(pps: &mut Writer, draw: &mut Draw, sides: [u32; 2]) {
    let mut counts = sides.map(|side| draw.between(1, side.min(5)));
    if counts == [1, 1] {
        let longer = usize::from(sides[1] > sides[0]);
        counts[longer] = 2;
    }
    for count in counts {
        pps.ue(count - 1);
    }
    if !pps.drawn_flag(draw) {
        for (side, count) in sides.into_iter().zip(counts) {
            let mut left = side;
            for behind in (1..count).rev() {
                let part = draw.between(1, left - behind);
                pps.ue(part - 1);
                left -= part;
            }
        }
    }
    pps.drawn_flag(draw); // loop_filter_across_tiles_enabled_flag
}
